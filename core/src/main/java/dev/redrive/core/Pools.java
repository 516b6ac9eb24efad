// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.QueueOptions;
import dev.redrive.WorkerPool;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** The pools that queues share attempts in, by name. Thread-safe. */
final class Pools {
  private final Executor executor;
  // Guarded by this.
  private final Map<String, SharedSlots> pools = new HashMap<>();

  Pools(Executor executor) {
    this.executor = executor;
  }

  /**
   * A worker's place at the pool of its queue; the pool has the size that these options say.
   *
   * @param turn told when an attempt is free that the worker waited for
   */
  synchronized Seat seat(QueueOptions<?> options, Runnable turn) {
    if (options.pool().isEmpty()) {
      return Seat.OWN;
    }
    pools.values().removeIf(SharedSlots::isEmpty);
    WorkerPool.Share share = options.pool().get();
    WorkerPool pool = share.pool();
    SharedSlots slots =
        pools.computeIfAbsent(pool.name(), name -> new SharedSlots(pool.concurrency(), executor));
    slots.resize(pool.concurrency());
    return slots.seat(share.weight(), turn);
  }
}
