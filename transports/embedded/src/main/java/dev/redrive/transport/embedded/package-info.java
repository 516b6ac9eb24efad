// SPDX-License-Identifier: Apache-2.0
/**
 * Redrive in a folder: a transport for one process, on RocksDB.
 *
 * <p>One package, so that nothing but the transport, its configuration and its provider is public.
 * Its layers, from below, each of which uses those before it:
 *
 * <ul>
 *   <li><b>the folder:</b> {@code DataFolder}, {@code OwnerOnly}, {@code SmallFile}, {@code
 *       DiskSpace}, {@code NativeLibrary}, {@code Witness};
 *   <li><b>what is written:</b> {@code Family}, {@code Keys}, {@code Place}, {@code Frame}, and
 *       each {@code …Record};
 *   <li><b>the database:</b> {@code Store}, {@code Database}, {@code StoreSettings}, and how it is
 *       read: {@code Cursor}, {@code View};
 *   <li><b>a queue in memory:</b> {@code QueueState} with {@code Frontier}, {@code Holdings},
 *       {@code Demand}, {@code Leases}, {@code Ledger}, {@code EndBuckets};
 *   <li><b>the only writer:</b> {@code Committer}, {@code PendingChanges}, {@code Batch}, {@code
 *       Sequence}, and each {@code …Change};
 *   <li><b>in:</b> {@code Publisher}, {@code Limits};
 *   <li><b>out:</b> {@code Dispatcher}, {@code QueueReader}, {@code Lines}, {@code
 *       EmbeddedSubscription};
 *   <li><b>idempotency keys:</b> {@code EmbeddedIdempotencyStore}, {@code KeyShelf}, {@code
 *       KeyChange};
 *   <li><b>beside it:</b> {@code StatusReader}, {@code EmbeddedDeadLetters}, {@code Graveyard},
 *       {@code Sweeper}, {@code DamageReport}, {@code Trace};
 *   <li><b>the whole:</b> {@code Works}, which opens all of it, {@code Catalog}, {@code Recovery},
 *       {@code OpenQueue}, {@code EmbeddedTransport}.
 * </ul>
 */
@NullMarked
package dev.redrive.transport.embedded;

import org.jspecify.annotations.NullMarked;
