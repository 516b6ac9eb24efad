// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Delivery;
import dev.redrive.Message;
import dev.redrive.Queue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;

/** A queue without a handler, and consumers that lease from it. */
abstract class LeaseScene {
  static final Duration LEASE = Duration.ofMinutes(1);
  static final Duration WAIT = Duration.ofSeconds(20);

  final World world = new World();
  final Queue<String> queue = world.queue();

  @AfterEach
  void close() {
    world.close();
  }

  final CompletableFuture<List<Delivery<String>>> ask(int max) {
    return queue.lease(max, WAIT, LEASE).toCompletableFuture();
  }

  final List<Delivery<String>> lease(int max) {
    return world.get(queue.lease(max, WAIT, LEASE));
  }

  final Delivery<String> leased(String id) {
    List<Delivery<String>> deliveries = lease(1);
    assertThat(ids(deliveries)).containsExactly(id);
    return deliveries.get(0);
  }

  static List<String> ids(List<Delivery<String>> deliveries) {
    return deliveries.stream().map(Delivery::message).map(Message::id).toList();
  }
}
