// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.gate.Breaker;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.memory.MemoryTransport;
import dev.redrive.transport.memory.MemoryTransportConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The dependency of two engines is down for the one and up for the other. */
class OutageTest {
  private static final int MESSAGES = 200;
  private static final int CONCURRENCY = 10;

  private final VirtualTime time = new VirtualTime();
  private final Redrive troubled = engine();
  private final Redrive healthy = engine();
  private boolean isDown = true;
  private int failures;

  private Redrive engine() {
    return Engine.builder()
        .environment(time.environment(7))
        .transport(given -> new MemoryTransport(given, MemoryTransportConfig.defaults()))
        .breakers(SentinelBreakers.builder().build())
        .open();
  }

  @AfterEach
  void close() {
    troubled.close(Duration.ZERO);
    healthy.close(Duration.ZERO);
    time.runUntilIdle();
  }

  private static Queue<String> queue(Redrive redrive) {
    return redrive.queue(
        QueueOptions.builder("orders", Codec.text())
            .concurrency(CONCURRENCY)
            .dependency("psp")
            .build());
  }

  private CompletionStage<Void> call() {
    if (!isDown) {
      return CompletableFuture.completedFuture(null);
    }
    failures++;
    return CompletableFuture.failedFuture(new IOException("planned"));
  }

  private static Breaker.State breaker(Redrive redrive) {
    return redrive.dependencies().iterator().next().status().state();
  }

  @Test
  void an_outage_costs_the_attempts_of_who_found_out_and_no_other_engine_hears_of_it() {
    Queue<String> orders = queue(troubled);
    Queue<String> others = queue(healthy);
    orders.handleAsync(message -> call());
    others.handleAsync(message -> CompletableFuture.completedFuture(null));
    for (int i = 0; i < MESSAGES; i++) {
      orders.send(Outgoing.of("x").id("m" + i));
      others.send(Outgoing.of("x").id("m" + i));
    }

    time.advance(Duration.ofMinutes(1));
    assertThat(breaker(troubled)).isNotEqualTo(Breaker.State.CLOSED);
    assertThat(breaker(healthy)).isEqualTo(Breaker.State.CLOSED);
    assertThat(stats(others).succeeded()).isEqualTo(MESSAGES);

    isDown = false;
    time.advance(Duration.ofMinutes(10));
    assertThat(breaker(troubled)).isEqualTo(Breaker.State.CLOSED);
    assertThat(stats(orders).succeeded()).isEqualTo(MESSAGES);
    // Those that opened it, those that had begun by then, and five canaries.
    assertThat(failures).isBetween(10, 10 + CONCURRENCY + 5);
  }

  private static QueueStats stats(Queue<String> queue) {
    return queue.stats().toCompletableFuture().join();
  }
}
