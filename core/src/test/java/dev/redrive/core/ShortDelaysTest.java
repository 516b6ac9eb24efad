// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Delivery;
import dev.redrive.Handler;
import dev.redrive.Queue;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On a transport that keeps neither short delays nor very long ones. */
class ShortDelaysTest {
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofHours(7);

  private final World world = new World();
  private final World.Log log = world.log();

  ShortDelaysTest() {
    hurry(SHORT);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void hurry(Duration minDelay) {
    world.transport().hurry(new Haste(world.time(), minDelay, LONG));
  }

  private Queue<String> queue(int concurrency) {
    return world.queue(options -> options.concurrency(concurrency));
  }

  /** Fails so many times. */
  private Handler<String> failing(int times) {
    return message -> {
      if (log.note(message) <= times) {
        throw new IOException("planned " + message.attempt());
      }
    };
  }

  @Test
  void a_short_backoff_passes_in_process_and_is_exact() {
    Queue<String> queue = queue(2);
    queue.handle(failing(2));
    world.send(queue, "a");

    assertThat(world.transport().settlements()).isZero();
    world.advance(Duration.ofSeconds(1).minusNanos(1));
    assertThat(log.attempts()).containsExactly("a 1");
    world.advance(Duration.ofNanos(1));
    assertThat(log.attempts()).containsExactly("a 1", "a 2");
    // The second delay is as long as the transport keeps them.
    assertThat(world.transport().settlements()).isEqualTo(2);
    world.advance(Duration.ofSeconds(2));

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    assertThat(log.times())
        .containsExactly(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(3));
    assertThat(world.stats(queue).succeeded()).isEqualTo(1);
  }

  @Test
  void what_is_handed_over_early_waits_for_its_time_without_a_settlement() {
    Queue<String> queue = queue(1);
    queue.handle(log::note);
    world.get(queue.send(message("a").after(Duration.ofMillis(1_999))));
    assertThat(world.stats(queue).running()).as("leased").isEqualTo(1);

    world.advance(Duration.ofMillis(1_999).minusNanos(1));
    assertThat(log.attempts()).isEmpty();
    assertThat(world.transport().settlements()).isZero();
    world.advance(Duration.ofNanos(1));

    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.transport().settlements()).isEqualTo(1);
  }

  @Test
  void what_waits_holds_nothing_else_up() {
    Queue<String> queue = queue(1);
    queue.handle(failing(1));
    for (int i = 0; i < 100; i++) {
      world.get(queue.send(message("early" + i).after(Duration.ofMillis(1_500))));
    }
    for (int i = 0; i < 100; i++) {
      world.send(queue, "m" + i);
    }

    assertThat(log.attempts()).as("all first attempts, at once").hasSize(100);
    world.advance(Duration.ofSeconds(9));

    assertThat(log.attempts()).hasSize(400).doesNotHaveDuplicates();
    assertThat(world.stats(queue).succeeded()).isEqualTo(200);
    assertThat(world.transport().outstanding()).as("the window again").isLessThanOrEqualTo(3);
  }

  @Test
  void what_waits_is_bounded_and_slows_the_intake_down_beyond() {
    Queue<String> queue = queue(1);
    for (int i = 0; i < 2_500; i++) {
      world.get(queue.send(message("m" + i).after(Duration.ofSeconds(1))));
    }

    queue.handle(failing(1));
    world.run();

    assertThat(world.transport().outstandingMost()).isEqualTo(1_002);
    world.advance(Duration.ofMinutes(1));
    assertThat(log.attempts()).hasSize(5_000).doesNotHaveDuplicates();
    assertThat(world.transport().outstandingMost()).isLessThanOrEqualTo(2_004);
    assertThat(world.transport().outstanding()).isLessThanOrEqualTo(2);
    assertThat(world.stats(queue).succeeded()).isEqualTo(2_500);
  }

  @Test
  void a_leased_message_that_failed_asks_for_none_in_its_place() {
    Queue<String> queue = queue(1);
    world.send(queue, "a", "b");
    Delivery<String> leased = world.get(queue.lease(1, Duration.ZERO, SHORT)).get(0);

    leased.fail(new IOException("planned"));
    world.advance(Duration.ofSeconds(1).minusNanos(1));

    assertThat(world.transport().outstanding()).as("the one that failed").isEqualTo(1);
    assertThat(world.transport().settlements()).as("nothing is given back").isZero();
    world.advance(Duration.ofNanos(1));
    assertThat(world.transport().settlements()).isEqualTo(1);
  }

  @Test
  void large_messages_are_bounded_by_their_bytes() {
    Queue<String> queue = queue(1);
    String megabyte = "x".repeat(1 << 20);
    for (int i = 0; i < 40; i++) {
      world.get(queue.send(dev.redrive.Outgoing.of(megabyte).after(Duration.ofSeconds(1))));
    }

    queue.handle(message -> log.note(message));
    world.run();

    assertThat(world.transport().outstandingMost()).isEqualTo(18);
    world.advance(Duration.ofMinutes(1));
    assertThat(log.attempts()).hasSize(40);
  }

  @Test
  void the_lease_of_what_waits_is_renewed() {
    hurry(Duration.ofMinutes(10));
    RetryPolicy slow =
        RetryPolicy.builder()
            .backoff(Backoff.fixed(Duration.ofMinutes(5)))
            .jitter(Jitter.none())
            .build();
    Queue<String> queue = world.queue(options -> options.policy(slow));
    queue.handle(failing(1));
    world.get(queue.send(message("a").after(Duration.ofMinutes(5))));

    world.advance(Duration.ofMinutes(10));

    assertThat(log.attempts()).containsExactly("a 1", "a 2");
    assertThat(log.times()).containsExactly(Duration.ofMinutes(5), Duration.ofMinutes(10));
  }

  @Test
  void messages_of_a_key_wait_for_the_one_that_waits() {
    Queue<String> queue = world.queue(options -> options.concurrency(4).ordered());
    queue.handle(failing(1));
    world.get(queue.send(message("a").key("k")));
    world.get(queue.send(message("b").key("k")));
    world.get(queue.send(message("c").key("other")));

    world.advance(Duration.ofSeconds(9));

    assertThat(log.attempts())
        .hasSize(6)
        .filteredOn(attempt -> !attempt.startsWith("c"))
        .containsExactly("a 1", "a 2", "b 1", "b 2");
  }

  @Test
  void a_pause_gives_back_what_waits_with_its_time_and_its_count() {
    Queue<String> queue = queue(2);
    queue.handle(failing(1));
    world.send(queue, "a");
    world.get(queue.send(message("early").after(Duration.ofMillis(1_500))));

    queue.pause("maintenance");
    world.run();

    assertThat(world.stats(queue).running()).isZero();
    assertThat(world.transport().subscriptions()).isZero();
    queue.resume();
    world.advance(Duration.ofSeconds(1).minusNanos(1));
    assertThat(log.attempts()).containsExactly("a 1");
    world.advance(Duration.ofSeconds(9));
    assertThat(log.attempts()).containsExactly("a 1", "a 2", "early 1", "early 2");
  }

  @Test
  void a_close_counts_the_attempt_that_failed() {
    Queue<String> queue = queue(2);
    queue.handle(failing(9));
    world.send(queue, "a");

    world.redrive().close(Duration.ZERO);
    world.run();
    world.reopen();
    hurry(SHORT);
    queue(2).handle(log::note);
    world.advance(Duration.ofSeconds(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 2");
  }

  @Test
  void a_crash_loses_none_and_counts_the_attempt_that_failed() {
    Queue<String> queue = queue(2);
    queue.handle(failing(9));
    world.send(queue, "a");
    Instant due = world.now().plusMillis(1_900);
    world.get(queue.send(message("early").at(due)));

    world.crash();
    // It has forgotten nothing but what was in flight.
    world.transport().forge(in -> in);
    Queue<String> again = queue(2);
    again.handle(log::note);
    world.advance(Duration.ofMinutes(1));

    assertThat(log.attempts()).containsExactlyInAnyOrder("a 1", "a 2", "early 1");
    assertThat(world.stats(again).succeeded()).isEqualTo(2);
  }

  @Test
  void a_consumer_in_line_gets_what_came_early_when_it_is_due() {
    Queue<String> queue = queue(1);
    world.get(queue.send(message("early").after(Duration.ofMillis(1_500))));
    world.send(queue, "now");

    CompletionStage<List<Delivery<String>>> first = lease(queue);
    CompletionStage<List<Delivery<String>>> second = lease(queue);
    world.run();

    assertThat(world.get(first).get(0).message().id()).isEqualTo("now");
    assertThat(second.toCompletableFuture()).isNotDone();
    world.advance(Duration.ofMillis(1_500));
    assertThat(world.get(second).get(0).message().id()).isEqualTo("early");
  }

  private static CompletionStage<List<Delivery<String>>> lease(Queue<String> queue) {
    return queue.lease(1, Duration.ofSeconds(20), Duration.ofMinutes(1));
  }

  @Test
  void a_delay_longer_than_the_transports_is_made_of_several() {
    Queue<String> queue = queue(1);
    queue.handle(log::note);
    Duration delay = Duration.ofHours(100);
    assertThat(world.get(queue.send(message("a").after(delay))).dueAt())
        .isEqualTo(world.now().plus(delay));

    world.advance(delay.minusNanos(1));
    assertThat(log.attempts()).isEmpty();
    assertThat(world.transport().settlements()).as("deferrals").isEqualTo(14);
    world.advance(Duration.ofNanos(1));

    assertThat(log.attempts()).containsExactly("a 1");
  }
}
