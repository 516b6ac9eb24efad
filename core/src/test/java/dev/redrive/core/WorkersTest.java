// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Queue;
import dev.redrive.RedriveException;
import dev.redrive.Worker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many attempts a queue's handlers run at once, and how a handler is taken away. */
class WorkersTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue(options -> options.concurrency(3));
  private final Gate gate = new Gate();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  private void sendMany(int count) {
    for (int i = 0; i < count; i++) {
      world.send(queue, "m" + i);
    }
  }

  @Test
  void no_more_attempts_run_at_once_than_may_and_all_run() {
    queue.handleAsync(gate);
    sendMany(100);

    for (int i = 0; i < 100; i++) {
      assertThat(gate.running()).hasSize(Math.min(3, 100 - i));
      gate.succeed(gate.running().get(i % gate.running().size()));
      world.run();
    }

    assertThat(gate.most()).isEqualTo(3);
    assertThat(world.stats(queue).succeeded()).isEqualTo(100);
  }

  @Test
  void what_is_in_flight_is_bounded_by_the_concurrency() {
    queue.handleAsync(gate);
    sendMany(200);
    for (int i = 0; i < 200; i++) {
      if (i % 3 == 0) {
        gate.fail(gate.running().get(0), new IllegalArgumentException("planned"));
      } else {
        gate.succeed(gate.running().get(0));
      }
      world.run();
    }

    assertThat(world.transport().outstandingMost()).isEqualTo(6);
    assertThat(world.transport().outstanding()).isBetween(1, 6);
    assertThat(world.stats(queue).waiting()).isZero();
  }

  @Test
  void one_attempt_at_a_time_works_too() {
    Queue<String> single = world.queue(options -> options.concurrency(1));
    single.handle(log::note);

    for (int i = 0; i < 50; i++) {
      world.send(single, "m" + i);
    }

    assertThat(log.attempts()).hasSize(50);
    assertThat(world.transport().outstandingMost()).isLessThanOrEqualTo(2);
  }

  @Test
  void two_handlers_share_a_queue() {
    Gate other = new Gate();
    queue.handleAsync(gate);
    queue.handleAsync(other);
    sendMany(20);

    assertThat(gate.running()).hasSize(3);
    assertThat(other.running()).hasSize(3);
    while (!gate.running().isEmpty() || !other.running().isEmpty()) {
      gate.running().forEach(gate::succeed);
      other.running().forEach(other::succeed);
      world.run();
    }
    assertThat(world.stats(queue).succeeded()).isEqualTo(20);
  }

  @Test
  void a_closed_worker_hands_back_uncounted_and_another_goes_on() {
    Worker worker = queue.handleAsync(gate);
    sendMany(10);
    assertThat(worker.runningCount()).isEqualTo(3);

    worker.close();
    worker.close();
    world.run();

    assertThat(worker.runningCount()).isZero();
    assertThat(world.stats(queue).waiting()).isEqualTo(10);
    assertThat(world.transport().subscriptions()).isZero();
    gate.succeed("m0");
    queue.handle(log::note);
    world.run();
    assertThat(log.attempts()).hasSize(10).allMatch(attempt -> attempt.endsWith(" 1"));
    assertThat(gate.began()).hasSize(3);
  }

  @Test
  void a_draining_worker_lets_what_runs_end() {
    Worker worker = queue.handleAsync(gate);
    sendMany(10);

    CompletableFuture<Void> drained = worker.drain().toCompletableFuture();
    world.run();
    assertThat(drained).isNotDone();
    assertThat(world.stats(queue).waiting()).isEqualTo(7);
    gate.running().forEach(gate::succeed);
    world.run();

    assertThat(drained).isCompleted();
    assertThat(gate.began()).hasSize(3);
    assertThat(world.stats(queue).succeeded()).isEqualTo(3);
    queue.pause("a drained worker must not wake up again");
    queue.resume();
    world.run();
    assertThat(gate.began()).hasSize(3);
  }

  @Test
  void a_closed_queue_takes_no_handler() {
    world.redrive().close(Duration.ZERO);

    assertThatThrownBy(() -> queue.handle(log::note)).isInstanceOf(RedriveException.class);
  }
}
