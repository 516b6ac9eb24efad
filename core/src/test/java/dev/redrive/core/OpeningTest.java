// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
import dev.redrive.InvalidOptionsException;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.TransportException;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Opening by name, with the system's clock and threads. */
@Timeout(60)
class OpeningTest {
  private static Set<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .collect(Collectors.toSet());
  }

  @Test
  void an_engine_on_the_systems_clock_and_threads_retries_until_all_succeed() {
    Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
    Map<String, Integer> broken = new ConcurrentHashMap<>();
    try (Redrive redrive = Engine.open("memory:")) {
      Queue<String> queue =
          redrive.queue(
              QueueOptions.builder("mails", Codec.text())
                  .policy(
                      dev.redrive.retry.RetryPolicy.builder()
                          .backoff(dev.redrive.retry.Backoff.fixed(Duration.ofMillis(3)))
                          .build())
                  .concurrency(8)
                  .build());
      queue.handle(
          message -> {
            int count =
                attempts.computeIfAbsent(message.id(), id -> new AtomicInteger()).incrementAndGet();
            if (count != message.attempt()) {
              broken.put(message.id(), count);
            }
            if (count <= Math.floorMod(message.id().hashCode(), 3)) {
              throw new IOException("planned");
            }
          });

      for (int i = 0; i < 2_000; i++) {
        queue
            .send(World.message("m" + i).after(Duration.ofMillis(i % 20)))
            .toCompletableFuture()
            .join();
      }

      Poll.until(
          "success of all",
          Duration.ofSeconds(40),
          () -> queue.stats().toCompletableFuture().join().succeeded() == 2_000);
      assertThat(broken).isEmpty();
    }
  }

  @Test
  void closing_leaves_no_thread_of_the_engine() {
    Redrive redrive = Engine.open("memory:");
    redrive.queue(QueueOptions.builder("q", Codec.text()).build()).handle(message -> {});
    assertThat(threads("redrive-timers")).isNotEmpty();

    redrive.close();

    Poll.until(
        "the end of the threads",
        Duration.ofSeconds(30),
        () -> threads("redrive-timers").isEmpty() && threads("redrive-engine").isEmpty());
  }

  @Test
  void a_name_that_no_transport_has_is_refused_with_those_that_are() {
    assertThatThrownBy(() -> Engine.open("carrier-pigeon://coop"))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("carrier-pigeon:")
        .hasMessageContaining("memory");
    for (String nonsense : List.of("", "memory", ":", "://")) {
      assertThatThrownBy(() -> Engine.open(nonsense))
          .as(nonsense)
          .isInstanceOf(InvalidOptionsException.class)
          .hasMessageContaining("transport URI");
    }
  }

  @Test
  void an_engine_without_a_transport_says_how_to_name_one() {
    assertThatThrownBy(() -> Engine.builder().open())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("transport");
    Poll.until(
        "the end of the threads",
        Duration.ofSeconds(30),
        () -> threads("redrive-timers").isEmpty());
  }

  @Test
  void a_transport_that_cannot_be_opened_leaves_no_thread() {
    assertThatThrownBy(
            () ->
                Engine.builder()
                    .transport(
                        environment -> {
                          throw new TransportException("planned");
                        })
                    .open())
        .isInstanceOf(TransportException.class);

    Poll.until(
        "the end of the threads",
        Duration.ofSeconds(30),
        () -> threads("redrive-timers").isEmpty());
  }
}
