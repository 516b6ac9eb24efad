// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.queue;

import dev.redrive.InvalidOptionsException;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.server.config.IdempotencyConfig;
import dev.redrive.server.config.QueueConfig;
import dev.redrive.store.caffeine.CaffeineIdempotencyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stores in which queues remember what was done. In memory, each queue has a store of its own:
 * where one is full, its messages wait, and no other queue's. Together they may fill a quarter of
 * the heap.
 */
final class KeyStores {
  private static final long MEMORY_BYTES = 64L << 20;
  private static final int HEAP_PARTS = 4;

  private final Redrive redrive;
  private final Map<String, IdempotencyStore> inMemory = new ConcurrentHashMap<>();
  private final long heap;

  /** Stores for queues of a process with a heap of so many bytes at most. */
  KeyStores(Redrive redrive, long heap) {
    this.redrive = redrive;
    this.heap = heap;
  }

  /**
   * The queue's options, with the store that its settings ask for.
   *
   * @throws InvalidOptionsException if there is none
   */
  QueueOptions<byte[]> options(QueueConfig config) {
    return config
        .idempotency()
        .map(each -> config.options().withIdempotency(each.in(store(config.name(), each.store()))))
        .orElse(config.options());
  }

  private IdempotencyStore store(String queue, IdempotencyConfig.Store wanted) {
    if (wanted == IdempotencyConfig.Store.MEMORY) {
      return inMemory.computeIfAbsent(queue, this::made);
    }
    try {
      return redrive.idempotencyStore();
    } catch (UnsupportedCapabilityException e) {
      throw new InvalidOptionsException(
          "queue " + queue,
          List.of(
              "idempotency.store: this transport keeps no idempotency keys. With `memory` they are"
                  + " kept by this server alone, until it ends"));
    }
  }

  private IdempotencyStore made(String queue) {
    long most = Math.max(1, heap / HEAP_PARTS / MEMORY_BYTES);
    if (inMemory.size() >= most) {
      throw new InvalidOptionsException(
          "queue " + queue,
          List.of(
              "idempotency.store: this server's memory has room for "
                  + most
                  + " queues whose keys are in `memory`: give it more, or say `transport`"));
    }
    return new CaffeineIdempotencyStore(MEMORY_BYTES);
  }
}
