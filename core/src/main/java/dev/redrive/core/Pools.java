// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.QueueOptions;
import dev.redrive.WorkerPool;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The pools that queues share attempts in, by name. They stay until the end, so that a queue that
 * is declared anew finds its pool as it was. Thread-safe.
 */
final class Pools {
  private final Executor executor;
  private final Map<String, SharedSlots> pools = new ConcurrentHashMap<>();

  Pools(Executor executor) {
    this.executor = executor;
  }

  /** A queue was declared: its pool has the size that it says. */
  void declare(Optional<WorkerPool.Share> share) {
    share.ifPresent(each -> slots(each.pool()).resize(each.pool().concurrency()));
  }

  /**
   * A worker's place at the pool of its queue.
   *
   * @param turn told when an attempt is free that the worker waited for
   */
  Seat seat(QueueOptions<?> options, Runnable turn) {
    return options
        .pool()
        .map(share -> slots(share.pool()).seat(share.weight(), turn))
        .orElse(Seat.OWN);
  }

  private SharedSlots slots(WorkerPool pool) {
    return pools.computeIfAbsent(
        pool.name(), name -> new SharedSlots(pool.concurrency(), executor));
  }
}
