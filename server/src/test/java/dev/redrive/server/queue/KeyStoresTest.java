// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.InvalidOptionsException;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.server.config.QueueConfig;
import dev.redrive.server.config.QueueReader;
import dev.redrive.server.json.Fields;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyStoresTest {
  private static IdempotencyStore store(KeyStores stores, String queue) {
    Map<String, Object> settings = Map.of("idempotency", Map.of("store", "memory"));
    QueueConfig config = QueueReader.read(queue, Fields.of(settings)).orElseThrow();
    return stores.options(config).idempotency().orElseThrow().store();
  }

  @Test
  void stores_in_memory_fill_no_more_than_a_quarter_of_it() {
    try (Redrive redrive = Engine.open("memory:")) {
      KeyStores stores = new KeyStores(redrive, 512L << 20);
      store(stores, "first");
      store(stores, "second");

      assertThatThrownBy(() -> store(stores, "third"))
          .isInstanceOf(InvalidOptionsException.class)
          .hasMessageContaining("room for 2 queues");
      assertThat(store(stores, "first")).isNotNull();
    }
  }

  @Test
  void a_queue_has_a_store_of_its_own() {
    try (Redrive redrive = Engine.open("memory:")) {
      KeyStores stores = new KeyStores(redrive, 512L << 20);

      assertThat(store(stores, "loud")).isNotSameAs(store(stores, "quiet"));
    }
  }

  @Test
  void a_queue_that_is_declared_anew_still_knows_what_was_done() {
    try (Redrive redrive = Engine.open("memory:")) {
      KeyStores stores = new KeyStores(redrive, 512L << 20);

      assertThat(store(stores, "orders")).isSameAs(store(stores, "orders"));
    }
  }
}
