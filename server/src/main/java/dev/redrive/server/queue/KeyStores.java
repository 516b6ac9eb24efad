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
 * where one is full, its messages wait, and no other queue's.
 */
final class KeyStores {
  private static final long MEMORY_BYTES = 64L << 20;

  private final Redrive redrive;
  private final Map<String, IdempotencyStore> inMemory = new ConcurrentHashMap<>();

  KeyStores(Redrive redrive) {
    this.redrive = redrive;
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
      return inMemory.computeIfAbsent(queue, name -> new CaffeineIdempotencyStore(MEMORY_BYTES));
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
}
