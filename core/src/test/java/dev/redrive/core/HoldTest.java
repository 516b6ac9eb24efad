// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.retry.HoldException;
import dev.redrive.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Queues that wait for a dependency that is down. */
class HoldTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue(options -> options.concurrency(2));
  private final Gate gate = new Gate();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void a_dependency_that_is_down_holds_the_queue_and_costs_no_attempt() {
    boolean[] isDown = {true};
    queue.handle(
        message -> {
          log.note(message);
          if (isDown[0]) {
            throw new HoldException("database down", Optional.of(Duration.ofMinutes(5)));
          }
        });
    world.send(queue, "a", "b", "c");
    world.run();

    assertThat(queue.pauseReason()).contains("database down");
    int held = log.attempts().size();
    assertThat(held).isBetween(1, 2);
    world.advance(Duration.ofMinutes(5).minusMillis(1));
    assertThat(log.attempts()).hasSize(held);
    isDown[0] = false;
    world.advance(Duration.ofMillis(1));

    assertThat(queue.pauseReason()).isEmpty();
    assertThat(log.attempts().subList(held, held + 3)).containsExactly("a 1", "b 1", "c 1");
    assertThat(world.stats(queue).succeeded()).isEqualTo(3);
    assertThat(world.journal().of(Event.Deferred.class))
        .anyMatch(deferred -> deferred.cause().equals("database down"));
    assertThat(world.journal().lines()).containsOnlyOnce("Paused").containsOnlyOnce("Resumed");
  }

  @Test
  void a_hold_without_an_end_lasts_until_a_person_ends_it() {
    boolean[] isDown = {true};
    queue.handle(
        message -> {
          log.note(message);
          if (isDown[0]) {
            throw new HoldException("gone");
          }
        });
    world.send(queue, "a");
    world.advance(Duration.ofDays(30));
    assertThat(log.attempts()).hasSize(1);

    isDown[0] = false;
    queue.resume();
    world.run();

    assertThat(log.attempts()).containsExactly("a 1", "a 1");
  }

  @Test
  void the_end_of_an_old_hold_does_not_end_a_new_one_or_a_persons_pause() {
    queue.handle(
        message -> {
          log.note(message);
          throw new HoldException("database down", Optional.of(Duration.ofMinutes(10)));
        });
    world.send(queue, "a");
    world.advance(Duration.ofMinutes(6));
    queue.resume();
    world.run();
    assertThat(log.attempts()).hasSize(2);

    world.advance(Duration.ofMinutes(9));
    assertThat(queue.pauseReason()).as("the second hold").contains("database down");
    queue.pause("by a person");
    world.advance(Duration.ofHours(1));

    assertThat(queue.pauseReason()).contains("by a person");
    assertThat(log.attempts()).hasSize(2);
  }

  @Test
  void the_end_of_an_old_hold_that_fires_although_it_was_over_ends_nothing() {
    world.ignoreCancelling();
    queue.handle(
        message -> {
          log.note(message);
          throw new HoldException("database down", Optional.of(Duration.ofMinutes(10)));
        });
    world.send(queue, "a");
    world.advance(Duration.ofMinutes(6));
    queue.resume();
    world.run();

    world.advance(Duration.ofMinutes(9));
    assertThat(log.attempts()).hasSize(2);
    world.advance(Duration.ofMinutes(1));

    assertThat(log.attempts()).hasSize(3);
  }

  @Test
  void the_first_hold_stands_and_a_persons_pause_before_it() {
    queue.handleAsync(gate);
    world.send(queue, "a", "b");
    gate.fail("a", new HoldException("database down", Optional.of(Duration.ofMinutes(5))));
    gate.fail("b", new HoldException("network down"));
    world.run();
    assertThat(queue.pauseReason()).contains("database down");

    world.advance(Duration.ofMinutes(5));
    assertThat(gate.running()).containsExactly("a", "b");
    queue.pause("by a person");
    gate.fail("a", new HoldException("database down", Optional.of(Duration.ofMinutes(5))));
    world.advance(Duration.ofHours(1));

    assertThat(queue.pauseReason()).contains("by a person");
    assertThat(gate.running()).containsExactly("b");
  }

  @Test
  void a_rule_can_hold_as_well() {
    Queue<String> ruled =
        world.queue(
            options ->
                options.policy(
                    RetryPolicy.builder()
                        .on(IOException.class)
                        .hold("network down", Duration.ofMinutes(1))
                        .build()));
    ruled.handle(
        message -> {
          if (log.note(message) == 1 && log.attempts().size() < 4) {
            throw new IOException("planned");
          }
        });
    world.send(ruled, "a");

    world.advance(Duration.ofMinutes(3));

    assertThat(log.attempts()).containsExactly("a 1", "a 1", "a 1", "a 1");
    assertThat(log.times()).last().isEqualTo(Duration.ofMinutes(3));
  }

  @Test
  void the_time_of_a_hold_passes_whatever_the_clock_does() {
    queue.handle(
        message -> {
          if (log.note(message) == 1 && log.attempts().size() == 1) {
            throw new HoldException("database down", Optional.of(Duration.ofMinutes(5)));
          }
        });
    world.send(queue, "a");

    world.time().shift(Duration.ofHours(1));
    world.advance(Duration.ofMinutes(5).minusMillis(1));
    assertThat(queue.pauseReason()).isPresent();
    world.time().shift(Duration.ofHours(-1));
    world.advance(Duration.ofMillis(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 1");
  }

  @Test
  void a_hold_whose_end_fails_ends_a_little_later() {
    queue.handle(
        message -> {
          if (log.note(message) == 1 && log.attempts().size() == 1) {
            throw new HoldException("database down", Optional.of(Duration.ofMinutes(1)));
          }
        });
    world.send(queue, "a");
    world.transport().refuseSubscriptions(0, 3);

    world.advance(Duration.ofMinutes(1));
    assertThat(queue.pauseReason()).contains("database down");
    world.advance(Duration.ofMinutes(1));

    assertThat(queue.pauseReason()).isEmpty();
    assertThat(log.attempts()).containsExactly("a 1", "a 1");
  }
}
