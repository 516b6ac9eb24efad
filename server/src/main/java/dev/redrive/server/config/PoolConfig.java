// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.InvalidOptionsException;
import dev.redrive.WorkerPool;
import dev.redrive.server.json.Fields;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A queue's part of a pool that the configuration names.
 *
 * @param pool its name
 * @param weight how many attempts the queue gets for one of a queue of weight 1
 */
public record PoolConfig(String pool, int weight) {
  private static final int WEIGHT_MAX = 1_000;
  private static final int CONCURRENCY_MAX = 10_000;

  /** Reads {@code pool} and {@code weight} of a queue. */
  static Optional<PoolConfig> read(Fields fields) {
    Optional<String> pool = fields.text("pool");
    int weight = (int) fields.number("weight", 1, WEIGHT_MAX).orElse(1);
    if (pool.isEmpty() && fields.has("weight")) {
      fields.problem("weight", "needs `pool`: what the queue shares by it");
    }
    return pool.map(name -> new PoolConfig(name, weight));
  }

  /** Reads a pool itself. */
  static Optional<WorkerPool> pool(String name, Fields fields) {
    int mistakes = fields.problems().size();
    long concurrency = fields.number("concurrency", 1, CONCURRENCY_MAX).orElse(1);
    if (!fields.has("concurrency")) {
      fields.problem("concurrency", "is missing: how many attempts its queues may run at once");
    }
    fields.end();
    return fields.problems().size() > mistakes
        ? Optional.empty()
        : fields.attempt(() -> new WorkerPool(name, (int) concurrency));
  }

  /**
   * The same for the engine.
   *
   * @param queue whose part it is
   * @throws InvalidOptionsException if there is no such pool
   */
  public WorkerPool.Share of(Map<String, WorkerPool> pools, String queue) {
    WorkerPool found = pools.get(pool);
    if (found == null) {
      throw new InvalidOptionsException(
          "queue " + queue,
          List.of(
              "pool: there is no `"
                  + pool
                  + "`; "
                  + (pools.isEmpty()
                      ? "name it under `pools` in the server's configuration"
                      : "the configuration has " + String.join(", ", pools.keySet()))));
    }
    return new WorkerPool.Share(found, weight);
  }
}
