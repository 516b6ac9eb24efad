// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Queue;
import dev.redrive.core.TroubledTransport.Trouble;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PauseTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue(options -> options.concurrency(2));
  private final Gate gate = new Gate();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  private void sendMany(int count) {
    for (int i = 0; i < count; i++) {
      world.send(queue, "m" + i);
      world.advance(Duration.ofMillis(100));
    }
  }

  @Test
  void a_paused_queue_takes_messages_and_starts_none() {
    queue.handle(log::note);
    queue.pause("maintenance");
    world.send(queue, "a");
    world.advance(Duration.ofHours(1));

    assertThat(queue.pauseReason()).contains("maintenance");
    assertThat(log.attempts()).isEmpty();
    queue.resume();
    world.run();

    assertThat(queue.pauseReason()).isEmpty();
    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.journal().lines())
        .containsExactly("Paused", "Sent a", "Resumed", "Started a 1", "Succeeded a 1");
  }

  @Test
  void a_handler_that_comes_to_a_paused_queue_waits_with_it() {
    queue.pause("maintenance");
    world.send(queue, "a");
    queue.handle(log::note);
    world.run();
    assertThat(log.attempts()).isEmpty();

    queue.resume();
    world.run();

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void what_runs_goes_on_and_what_is_fetched_goes_back_uncounted_and_in_its_place() {
    queue.handleAsync(gate);
    sendMany(8);
    assertThat(gate.running()).containsExactly("m0", "m1");
    assertThat(world.stats(queue).running()).isEqualTo(4);

    queue.pause("maintenance");
    world.run();
    assertThat(world.stats(queue).running()).isEqualTo(2);
    gate.succeed("m0");
    gate.fail("m1", new IOException("planned"));
    world.advance(Duration.ofHours(1));

    assertThat(gate.began()).containsExactly("m0 1", "m1 1");
    assertThat(world.stats(queue).running()).isZero();
    assertThat(world.stats(queue).waiting()).isEqualTo(7);
    queue.resume();
    world.run();
    while (!gate.running().isEmpty()) {
      gate.succeed(gate.running().get(0));
      world.run();
    }
    // Sent before the others, m2 to m7 are still before them, and before the retry of m1.
    assertThat(gate.began().subList(2, 9))
        .containsExactly("m2 1", "m3 1", "m4 1", "m5 1", "m6 1", "m7 1", "m1 2");
    assertThat(world.stats(queue).succeeded()).isEqualTo(8);
  }

  @Test
  void pausing_and_resuming_again_and_again_keeps_credit_and_counts_right() {
    queue.handleAsync(gate);
    sendMany(50);
    for (int i = 0; i < 40; i++) {
      queue.pause("again " + i);
      if (i % 3 == 0) {
        world.run();
      }
      queue.resume();
      if (i % 2 == 0) {
        world.run();
      }
      if (!gate.running().isEmpty()) {
        gate.succeed(gate.running().get(0));
      }
    }
    world.run();
    while (!gate.running().isEmpty()) {
      gate.succeed(gate.running().get(0));
      world.run();
    }

    assertThat(gate.began()).hasSize(50).doesNotHaveDuplicates();
    assertThat(gate.most()).isEqualTo(2);
    assertThat(world.stats(queue).succeeded()).isEqualTo(50);
    assertThat(world.transport().subscriptions()).isEqualTo(1);
    assertThat(world.transport().outstandingMost()).isEqualTo(4);
  }

  @Test
  void what_comes_late_from_a_subscription_that_was_left_takes_no_credit_of_the_new_one() {
    queue.handleAsync(gate);
    int[] times = {3};
    world
        .transport()
        .forge(
            in -> {
              if (times[0]-- > 0) {
                queue.pause("while it was on its way");
                queue.resume();
              }
              return in;
            });
    world.send(queue, "a", "b", "c");
    sendMany(20);
    while (!gate.running().isEmpty()) {
      gate.succeed(gate.running().get(0));
      world.run();
    }

    assertThat(world.stats(queue).succeeded()).isEqualTo(23);
    assertThat(world.transport().outstandingMost()).isLessThanOrEqualTo(5);
    assertThat(world.transport().outstanding()).isEqualTo(4);
  }

  @Test
  void a_scheduled_message_that_falls_due_in_a_pause_comes_after_it() {
    queue.handle(log::note);
    world.get(queue.send(message("a").after(Duration.ofMinutes(1))));
    queue.pause("maintenance");
    world.advance(Duration.ofHours(1));
    assertThat(log.attempts()).isEmpty();

    queue.resume();
    world.run();

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void resuming_what_is_not_paused_does_nothing() {
    queue.handle(log::note);
    queue.resume();
    world.send(queue, "a");

    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.journal().lines()).doesNotContain("Resumed");
    assertThat(world.transport().subscriptions()).isEqualTo(1);
  }

  @Test
  void nothing_starts_whose_beginning_was_under_way_when_the_queue_was_paused() {
    queue.handle(log::note);
    world.transport().beginning(Trouble.ANSWERS_LATE);
    world.send(queue, "a");
    assertThat(world.stats(queue).running()).isEqualTo(1);

    queue.pause("maintenance");
    world.transport().answerLate();
    world.advance(Duration.ofMinutes(1));

    assertThat(log.attempts()).isEmpty();
    assertThat(world.stats(queue).waiting()).isEqualTo(1);
    world.transport().beginning(Trouble.NONE);
    queue.resume();
    world.run();
    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void what_comes_from_a_subscription_that_was_left_goes_back() {
    queue.handle(log::note);
    world
        .transport()
        .forge(
            in -> {
              queue.pause("while it was on its way");
              return in;
            });

    world.send(queue, "a");
    world.advance(Duration.ofMinutes(1));

    assertThat(log.attempts()).isEmpty();
    assertThat(world.stats(queue).waiting()).isEqualTo(1);
    assertThat(world.transport().subscriptions()).isZero();
  }
}
