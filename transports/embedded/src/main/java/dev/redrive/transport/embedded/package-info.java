// SPDX-License-Identifier: Apache-2.0
/**
 * Redrive in a folder: a transport for one process, on RocksDB.
 *
 * <p>From below: {@code DataFolder} owns the folder, {@code Store} the database in it, the records
 * are what stands there, the {@code Committer} is the only writer, a {@code QueueState} knows what
 * of its queue is in memory, the {@code Dispatcher} hands it out.
 */
@NullMarked
package dev.redrive.transport.embedded;

import org.jspecify.annotations.NullMarked;
