// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetter;
import dev.redrive.Queue;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Processes that end in the middle of an attempt, and messages that bring that about. */
class CrashTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  private static InMessage forged(InMessage in, int attempt, int crashes) {
    return new InMessage(
        in.lease(),
        in.id(),
        in.key(),
        attempt,
        crashes,
        in.dueAt(),
        in.firstSeen(),
        in.headers(),
        in.body());
  }

  @Test
  void a_message_that_killed_its_process_too_often_is_dead_as_crashed() {
    world.send(queue, "a");
    world.transport().forge(in -> forged(in, 4, 3));

    queue.handle(log::note);
    world.run();

    assertThat(log.attempts()).isEmpty();
    DeadLetter dead = world.dead(queue, "a");
    assertThat(dead.reason()).isEqualTo(Reason.CRASHED);
    assertThat(dead.attempts()).isEqualTo(3);
    assertThat(dead.failure()).contains("3 of 3 attempts");
    assertThat(dead.history()).extracting(Transition::attempt).containsExactly(0, 1, 2, 3, 3);
  }

  @Test
  void attempts_that_others_used_up_are_not_exceeded() {
    world.send(queue, "a");
    world.transport().forge(in -> forged(in, 4, 0));

    queue.handle(log::note);
    world.run();

    assertThat(log.attempts()).isEmpty();
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.ATTEMPTS_EXHAUSTED);
  }

  @Test
  void a_crash_counts_as_an_attempt_and_is_told() {
    world.send(queue, "a");
    queue.handleAsync(
        message -> {
          log.note(message);
          return new CompletableFuture<>();
        });
    world.run();

    world.crash();
    Queue<String> again = world.queue();
    again.handle(
        message -> {
          log.note(message);
          throw new IOException("planned");
        });
    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    DeadLetter dead = world.dead(again, "a");
    assertThat(dead.attempts()).isEqualTo(3);
    assertThat(dead.reason()).isEqualTo(Reason.ATTEMPTS_EXHAUSTED);
    assertThat(dead.history()).extracting(Transition::attempt).containsExactly(0, 1, 2, 3);
    assertThat(dead.history().get(1).cause()).contains("the process ended");
    assertThat(dead.history().get(2).cause()).contains("planned");
  }

  @Test
  void a_message_that_kills_its_process_each_time_is_dead_after_its_attempts() {
    world.send(queue, "a");
    for (int crash = 1; crash <= 3; crash++) {
      world
          .queue()
          .handleAsync(
              message -> {
                log.note(message);
                return new CompletableFuture<>();
              });
      world.run();
      world.crash();
    }

    Queue<String> last = world.queue();
    last.handle(log::note);
    world.run();

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    assertThat(world.dead(last, "a").reason()).isEqualTo(Reason.CRASHED);
    assertThat(world.dead(last, "a").attempts()).isEqualTo(3);
    assertThat(world.stats(last).dead()).isEqualTo(1);
  }

  @Test
  void a_message_that_was_fetched_but_not_begun_loses_no_attempt_by_a_crash() {
    Queue<String> narrow = world.queue(options -> options.concurrency(1));
    world.send(narrow, "a", "b");
    narrow.handleAsync(message -> new CompletableFuture<>());
    world.run();
    assertThat(world.stats(narrow).running()).isEqualTo(2);

    world.crash();
    world.queue().handle(log::note);
    world.run();

    assertThat(log.attempts()).containsExactlyInAnyOrder("a 2", "b 1");
  }
}
