// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Queue;
import dev.redrive.Worker;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.gate.Answer;
import dev.redrive.retry.HoldException;
import dev.redrive.retry.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gate is told of the attempts that it let begin. */
class GateEndsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final World world = new World();
  private final Doorman doorman = new Doorman();
  private final Queue<String> queue = queue(2);
  private final Gate gate = new Gate();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
    assertThat(doorman.inside()).as("permits that were never told an end").isZero();
  }

  private Queue<String> queue(int concurrency) {
    return world.queue(options -> options.concurrency(concurrency).gates(doorman));
  }

  @Test
  void a_gate_is_told_of_each_attempts_end() {
    queue.handle(
        message -> {
          if (log.note(message) == 1) {
            throw new IOException("planned");
          }
        });
    world.send(queue, "a");

    world.advance(Duration.ofSeconds(1));

    assertThat(doorman.asked()).containsExactly("a 1", "a 2");
    assertThat(doorman.told()).containsExactly("failed a 1", "succeeded a 2");
  }

  @Test
  void a_failure_that_lies_in_the_message_is_none_of_the_dependencys() {
    queue.handleAsync(gate);
    world.send(queue, "rejected", "invalid");
    gate.fail("rejected", new RejectedException("planned"));
    gate.fail("invalid", new IllegalArgumentException("planned"));
    world.run();

    assertThat(doorman.told()).containsExactly("succeeded rejected 1", "succeeded invalid 1");
  }

  @Test
  void the_last_failure_and_one_that_holds_may_lie_in_the_dependency() {
    queue.handleAsync(gate);
    world.send(queue, "a");
    for (int i = 1; i <= 3; i++) {
      gate.fail("a", new IOException("planned"));
      world.advance(Duration.ofSeconds(i));
    }
    world.send(queue, "b");
    gate.fail("b", new HoldException("down", Optional.of(LONG)));
    world.run();

    assertThat(doorman.told())
        .containsExactly("failed a 1", "failed a 2", "failed a 3", "failed b 1");
  }

  @Test
  void a_timeout_may_lie_in_the_dependency() {
    queue.handleAsync(gate);
    world.send(queue, "a");

    world.advance(Duration.ofSeconds(30));

    assertThat(doorman.told()).containsExactly("failed a 1");
  }

  @Test
  void an_attempt_that_is_handed_back_says_nothing() {
    Worker worker = queue.handleAsync(gate);
    world.send(queue, "a");
    assertThat(gate.running()).containsExactly("a");

    worker.close();
    world.run();

    assertThat(doorman.told()).containsExactly("unused a 1");
  }

  @Test
  void an_attempt_that_could_not_begin_says_nothing() {
    world.transport().beginning(Trouble.STALE);
    queue.handle(log::note);
    world.send(queue, "a");
    world.run();

    assertThat(log.attempts()).isEmpty();
    assertThat(doorman.told()).isNotEmpty().containsOnly("unused a 1");
    world.transport().beginning(Trouble.NONE);
    world.advance(Duration.ofMinutes(1));
    assertThat(doorman.told()).last().isEqualTo("succeeded a 1");
  }

  @Test
  void a_gate_that_throws_when_it_is_told_changes_nothing() {
    Doorman second = new Doorman();
    Queue<String> guarded = world.queue(options -> options.gates(broken(), second));
    guarded.handle(log::note);
    world.send(guarded, "a");
    world.run();

    assertThat(world.stats(guarded).succeeded()).isEqualTo(1);
    assertThat(second.told()).containsExactly("succeeded a 1");
  }

  private static Doorman broken() {
    Doorman broken = new Doorman();
    broken.says(
        candidate ->
            new Answer.Pass(
                new dev.redrive.gate.Permit() {
                  @Override
                  public void succeeded(Duration took) {
                    throw new IllegalStateException("planned");
                  }

                  @Override
                  public void failed(Throwable cause, Duration took) {}

                  @Override
                  public void unused() {}
                }));
    return broken;
  }
}
