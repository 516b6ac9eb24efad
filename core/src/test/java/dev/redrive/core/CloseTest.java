// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Queue;
import dev.redrive.Receipt;
import dev.redrive.RedriveException;
import dev.redrive.SendRefusedException;
import dev.redrive.TransportException;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.testkit.Poll;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing waits, so it runs in a thread of its own while the test lets time pass. */
@Timeout(60)
class CloseTest {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final World world = new World();
  private final Queue<String> queue = world.queue(options -> options.concurrency(2));
  private final Gate gate = new Gate();

  @AfterEach
  void close() {
    world.close();
  }

  private Thread closing(Duration grace) {
    int before = world.time().pending();
    Thread closer = new Thread(() -> world.redrive().close(grace), "closer");
    closer.start();
    Poll.until(
        "the timer of the grace",
        BOUND,
        () -> world.time().pending() > before || !closer.isAlive());
    return closer;
  }

  private void driveUntilEnded(Thread closer) {
    Poll.until(
        "the end of the closing",
        BOUND,
        () -> {
          world.run();
          return !closer.isAlive();
        });
  }

  @Test
  void what_runs_may_finish_within_the_grace_and_the_rest_goes_back_uncounted() {
    queue.handleAsync(gate);
    world.send(queue, "a", "b", "c", "d", "e", "f");
    int before = world.time().pending();
    Thread closer = closing(GRACE);
    world.advance(GRACE.minusMillis(1));
    assertThat(closer.isAlive()).isTrue();

    gate.succeed("a");
    gate.succeed("b");
    driveUntilEnded(closer);

    assertThat(gate.began()).containsExactly("a 1", "b 1");
    assertThat(world.time().pending()).as("no timer is left").isLessThan(before);
    world.reopen();
    Queue<String> again = world.queue();
    assertThat(world.stats(again).succeeded()).isEqualTo(2);
    assertThat(world.stats(again).waiting()).isEqualTo(4);
    World.Log log = world.log();
    again.handle(log::note);
    world.run();
    assertThat(log.attempts()).containsExactly("c 1", "d 1", "e 1", "f 1");
  }

  @Test
  void what_outlasts_the_grace_goes_back_uncounted_and_its_late_end_changes_nothing() {
    queue.handleAsync(gate);
    world.send(queue, "a", "b");
    Thread closer = closing(GRACE);

    world.advance(GRACE);
    driveUntilEnded(closer);
    gate.succeed("a");
    world.run();

    world.reopen();
    Queue<String> again = world.queue();
    assertThat(world.stats(again).waiting()).isEqualTo(2);
    World.Log log = world.log();
    again.handle(log::note);
    world.run();
    assertThat(log.attempts()).containsExactly("a 1", "b 1");
  }

  @Test
  void nothing_is_accepted_any_more() {
    world.redrive().close(Duration.ZERO);

    CompletionStage<Receipt> stage = queue.send(message("a"));

    assertThatThrownBy(() -> stage.toCompletableFuture().join())
        .cause()
        .isInstanceOfSatisfying(
            SendRefusedException.class,
            refused -> assertThat(refused.reason()).isEqualTo(SendRefusedException.Cause.CLOSED));
    assertThatThrownBy(world::queue).isInstanceOf(RedriveException.class);
    assertThatThrownBy(() -> queue.handleAsync(gate)).isInstanceOf(RedriveException.class);
    queue.pause("late");
    queue.resume();
  }

  @Test
  void closing_may_be_asked_for_twice_and_at_once() {
    queue.handleAsync(gate);
    world.send(queue, "a");
    Thread first = closing(GRACE);
    Thread second = new Thread(() -> world.redrive().close(Duration.ZERO), "second");
    second.start();
    Poll.until("the second", BOUND, () -> second.getState() == Thread.State.WAITING);

    gate.succeed("a");
    driveUntilEnded(first);
    driveUntilEnded(second);
    world.redrive().close();

    assertThat(world.transport().subscriptions()).isZero();
  }

  @Test
  void a_listener_that_closes_what_is_being_closed_does_not_hang() {
    queue.handleAsync(gate);
    world.send(queue, "a", "b", "c");
    world.redrive().listen(event -> world.redrive().close(Duration.ofHours(1)));

    // Giving the messages back tells the listener, in the same thread.
    Thread closer = new Thread(() -> world.redrive().close(Duration.ZERO), "closer");
    closer.start();
    driveUntilEnded(closer);

    assertThat(world.transport().subscriptions()).isZero();
  }

  @Test
  void sends_that_were_accepted_are_waited_for() {
    world.transport().publishing(Trouble.ANSWERS_LATE);
    CompletableFuture<Receipt> sent = queue.send(message("a")).toCompletableFuture();
    Thread closer = closing(GRACE);
    world.run();
    assertThat(closer.isAlive()).isTrue();

    world.transport().answerLate();
    driveUntilEnded(closer);

    assertThat(sent.join().id()).isEqualTo("a");
  }

  @Test
  void a_declaration_that_hangs_does_not_keep_it_from_closing() {
    world.transport().stickProvisioning();
    Thread declaring =
        new Thread(
            () ->
                assertThatThrownBy(() -> world.queue(options -> options.concurrency(7)))
                    .isInstanceOf(TransportException.class),
            "declaring");
    declaring.setDaemon(true);
    declaring.start();
    Poll.until(
        "the declaration",
        BOUND,
        () -> declaring.getState() == Thread.State.WAITING || !declaring.isAlive());

    world.redrive().close(Duration.ZERO);

    assertThat(declaring.isAlive()).isTrue();
  }

  @Test
  void a_settlement_that_is_never_answered_outlasts_no_grace() {
    queue.handleAsync(gate);
    world.send(queue, "a");
    world.transport().settling(Trouble.NEVER_ANSWERS);
    gate.succeed("a");
    world.run();
    Thread closer = closing(GRACE);
    assertThat(closer.isAlive()).isTrue();

    world.advance(GRACE);
    driveUntilEnded(closer);

    assertThat(closer.isAlive()).isFalse();
  }

  @Test
  void a_handler_that_never_began_is_not_begun_by_closing() {
    world.transport().beginning(Trouble.ANSWERS_LATE);
    queue.handleAsync(gate);
    world.send(queue, "a");
    world.redrive().close(Duration.ZERO);

    world.transport().answerLate();
    world.run();

    assertThat(gate.began()).isEmpty();
  }
}
