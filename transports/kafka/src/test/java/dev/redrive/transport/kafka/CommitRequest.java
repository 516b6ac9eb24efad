// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.List;
import java.util.Map;

/**
 * A commit on its way, and what its sender means by it, for the {@link Ledger}.
 *
 * @param settled what it settles that none of its sender did before; in a transaction, the copies
 * @param begun the attempts that have begun: which record, which attempt of it
 * @param crashes what its sender must know of crashes
 */
record CommitRequest(
    long owner,
    int generation,
    Commit commit,
    List<Long> settled,
    Map<Long, Integer> begun,
    Map<Long, Integer> crashes) {}
