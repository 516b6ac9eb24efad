// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Delivery;
import dev.redrive.Queue;
import dev.redrive.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a transport that refuses subscriptions does to a resume and to a new handler. */
class ResumeTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue(options -> options.concurrency(2));
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void a_resume_that_fails_leaves_the_queue_paused_and_can_be_repeated() {
    queue.handle(log::note);
    queue.handle(log::note);
    queue.pause("maintenance");
    world.send(queue, "a");
    // The first worker's subscription comes about, the second one's does not.
    world.transport().refuseSubscriptions(1, 1);

    assertThatThrownBy(queue::resume).isInstanceOf(TransportException.class);
    world.advance(Duration.ofMinutes(1));

    assertThat(queue.pauseReason()).contains("maintenance");
    assertThat(log.attempts()).isEmpty();
    assertThat(world.transport().subscriptions()).isZero();
    queue.resume();
    world.run();
    assertThat(queue.pauseReason()).isEmpty();
    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.transport().subscriptions()).isEqualTo(2);
    assertThat(world.journal().lines()).containsOnlyOnce("Resumed");
  }

  @Test
  void a_resume_that_fails_for_those_in_line_for_a_lease_leaves_the_queue_paused() {
    queue.pause("maintenance");
    CompletableFuture<List<Delivery<String>>> waiting =
        queue.lease(1, Duration.ofHours(1), Duration.ofMinutes(1)).toCompletableFuture();
    world.send(queue, "a");
    world.transport().refuseSubscriptions(0, 1);

    assertThatThrownBy(queue::resume).isInstanceOf(TransportException.class);
    world.run();

    assertThat(queue.pauseReason()).contains("maintenance");
    assertThat(waiting).isNotDone();
    queue.resume();
    assertThat(world.get(waiting)).hasSize(1);
  }

  @Test
  void a_handler_that_cannot_be_started_leaves_nothing_behind_and_can_be_started_again() {
    world.transport().refuseSubscriptions(0, 1);
    world.send(queue, "a");

    assertThatThrownBy(() -> queue.handle(log::note)).isInstanceOf(TransportException.class);
    queue.pause("maintenance");
    queue.resume();
    world.run();
    assertThat(log.attempts()).isEmpty();
    assertThat(world.transport().subscriptions()).isZero();
    queue.handle(log::note);
    world.run();

    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.transport().subscriptions()).isEqualTo(1);
  }
}
