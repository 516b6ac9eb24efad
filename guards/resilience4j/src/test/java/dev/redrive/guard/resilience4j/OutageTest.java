// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.resilience4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.memory.MemoryTransport;
import dev.redrive.transport.memory.MemoryTransportConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A dependency that can do 100 messages a second, used at 80 %, is down for a minute. It is back at
 * its work within another one, unattended, and nobody lost an attempt by that but those who found
 * out.
 */
class OutageTest {
  private static final int LOAD = 80;
  private static final Duration BETWEEN = Duration.ofSeconds(1).dividedBy(LOAD);
  private static final Duration CALL = Duration.ofMillis(100);

  private final VirtualTime time = new VirtualTime();
  private final Redrive redrive =
      Engine.builder()
          .environment(time.environment(7))
          .transport(given -> new MemoryTransport(given, MemoryTransportConfig.defaults()))
          .breakers(Resilience4jBreakers.builder().build())
          .open();
  private final List<Instant> begun = new ArrayList<>();
  private final List<Instant> done = new ArrayList<>();
  private boolean isDown;
  private int failures;
  private int sent;

  @AfterEach
  void close() {
    redrive.close(Duration.ZERO);
    time.runUntilIdle();
  }

  private CompletionStage<Void> call() {
    begun.add(time.instant());
    CompletableFuture<Void> answer = new CompletableFuture<>();
    if (isDown) {
      failures++;
      answer.completeExceptionally(new IOException("planned"));
    } else {
      time.after(
          CALL,
          () -> {
            done.add(time.instant());
            answer.complete(null);
          });
    }
    return answer;
  }

  private Queue<String> queue(int concurrency) {
    return redrive.queue(
        QueueOptions.builder("orders", Codec.text())
            .concurrency(concurrency)
            .dependency("psp")
            .build());
  }

  private void send(Queue<String> queue, Duration length) {
    for (Duration at = Duration.ZERO; at.compareTo(length) < 0; at = at.plus(BETWEEN)) {
      queue.send(Outgoing.of("x").id("m" + sent++));
      time.advance(BETWEEN);
    }
  }

  private long within(List<Instant> times, Instant from, Duration length) {
    return times.stream()
        .filter(at -> !at.isBefore(from) && at.isBefore(from.plus(length)))
        .count();
  }

  /** At 80 % of what the worker can do in a second, and where a herd would have room. */
  @ParameterizedTest
  @ValueSource(ints = {10, 100})
  void a_minute_of_outage_is_over_within_a_minute(int concurrency) {
    Queue<String> queue = queue(concurrency);
    queue.handleAsync(message -> call());
    send(queue, Duration.ofSeconds(60));
    isDown = true;
    send(queue, Duration.ofSeconds(60));
    isDown = false;
    Instant back = time.instant();
    send(queue, Duration.ofSeconds(60));

    // The five seconds after that minute.
    send(queue, Duration.ofSeconds(5));
    assertThat(within(done, back.plusSeconds(60), Duration.ofSeconds(5)))
        .as("done in five seconds, a minute after the end of the outage")
        .isGreaterThanOrEqualTo((long) (0.95 * LOAD * 5));

    assertThat(failures)
        .as("attempts that the outage cost")
        .isLessThanOrEqualTo(10 + concurrency + 5 * 3);
    Instant first = begun.get(0);
    for (int i = 0; i + 2 * LOAD < begun.size(); i++) {
      assertThat(Duration.between(begun.get(i), begun.get(i + 2 * LOAD)))
          .as("twice the load and one, from %s on", Duration.between(first, begun.get(i)))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    time.advance(Duration.ofMinutes(10));
    QueueStats stats = queue.stats().toCompletableFuture().join();
    assertThat(stats.succeeded()).isEqualTo(sent);
    assertThat(stats.dead()).isZero();
  }
}
