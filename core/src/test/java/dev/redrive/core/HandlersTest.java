// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.Worker;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.retry.Reason;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers, blocking and not: how long they run, and what becomes of what they return. */
@Timeout(60)
class HandlersTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final World world = new World();
  private final Queue<String> queue = world.queue(options -> options.concurrency(3));
  private final Gate gate = new Gate();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void a_stage_that_completes_is_success() {
    queue.handleAsync(gate);
    world.send(queue, "a");
    assertThat(world.stats(queue).running()).isEqualTo(1);

    world.advance(Duration.ofSeconds(5));
    gate.succeed("a");
    world.run();

    assertThat(world.stats(queue).succeeded()).isEqualTo(1);
    assertThat(world.journal().of(dev.redrive.Event.Succeeded.class))
        .singleElement()
        .satisfies(event -> assertThat(event.took()).isEqualTo(Duration.ofSeconds(5)));
  }

  @Test
  void a_stage_that_fails_goes_to_the_policy() {
    queue.handleAsync(
        message -> {
          log.note(message);
          return CompletableFuture.supplyAsync(
              () -> {
                throw new IllegalArgumentException("planned");
              },
              Runnable::run);
        });
    world.send(queue, "a");

    assertThat(log.attempts()).hasSize(1);
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.NOT_RETRYABLE);
    assertThat(world.dead(queue, "a").failure())
        .as("without the wrapper of the future")
        .startsWith("java.lang.IllegalArgumentException: planned");
  }

  @Test
  void an_async_handler_that_throws_or_returns_nothing_has_failed() {
    queue.handleAsync(
        message -> {
          if (log.note(message) == 1) {
            throw new IOException("planned");
          } else if (message.attempt() == 2) {
            throw new StackOverflowError("planned");
          }
          return nothing();
        });
    world.send(queue, "a");

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    assertThat(world.dead(queue, "a").failure()).contains("NullPointerException");
  }

  @SuppressWarnings("NullAway") // What a user's handler may do against all rules.
  private static CompletionStage<Void> nothing() {
    return null;
  }

  @Test
  void a_clock_that_jumps_times_nothing_out_and_lets_nothing_run_longer() {
    Gate gate = new Gate();
    Queue<String> slow = world.queue(options -> options.timeout(Duration.ofMinutes(1)));
    slow.handleAsync(gate);
    world.send(slow, "a");

    // Less than would end the transport's own lease, which follows the wall clock.
    world.time().shift(Duration.ofSeconds(15));
    world.advance(Duration.ofMinutes(1).minusMillis(1));
    assertThat(world.journal().of(Event.Retried.class)).isEmpty();
    world.time().shift(Duration.ofHours(-1));
    world.advance(Duration.ofMillis(1));

    assertThat(world.journal().of(Event.Retried.class))
        .singleElement()
        .satisfies(
            retried -> {
              assertThat(retried.cause()).contains("TimeoutException");
              assertThat(retried.took()).isEqualTo(Duration.ofMinutes(1));
            });
  }

  @Test
  void a_stage_that_never_completes_fails_at_the_timeout_and_comes_too_late_then() {
    queue.handleAsync(gate);
    world.send(queue, "a");
    world.advance(TIMEOUT.minusMillis(1));
    assertThat(world.stats(queue).running()).isEqualTo(1);

    world.advance(Duration.ofMillis(1));
    assertThat(world.journal().lines()).last().isEqualTo("Retried a 1");
    gate.succeed("a");
    world.advance(Duration.ofSeconds(1));

    assertThat(gate.began()).containsExactly("a 1", "a 2");
    assertThat(world.stats(queue).succeeded()).isZero();
    gate.succeed("a");
    world.run();
    assertThat(world.stats(queue).succeeded()).isEqualTo(1);
  }

  @Test
  void an_attempt_that_ends_twice_frees_one_place() {
    Queue<String> single = world.queue(options -> options.concurrency(1));
    single.handleAsync(gate);
    for (int i = 0; i < 5; i++) {
      world.send(single, "m" + i);
    }
    world.advance(TIMEOUT);
    assertThat(gate.began()).containsExactly("m0 1", "m1 1");

    gate.succeed("m0");
    world.run();

    assertThat(gate.began()).containsExactly("m0 1", "m1 1");
  }

  @Test
  void an_attempt_that_was_handed_back_before_its_handler_was_called_calls_it_no_more() {
    Worker worker = queue.handleAsync(gate);
    world.transport().beginning(Trouble.ANSWERS_LATE);
    world.send(queue, "a");
    world.transport().answerLate();

    // The call is with the executor now.
    worker.close();
    world.run();

    assertThat(gate.began()).isEmpty();
    assertThat(world.stats(queue).waiting()).isEqualTo(1);
  }

  @Test
  void attempts_that_have_ended_leave_no_timers() {
    queue.handleAsync(gate);
    world.send(queue, "a");
    gate.succeed("a");
    world.run();
    int before = world.time().pending();

    for (int i = 0; i < 100; i++) {
      world.send(queue, "n" + i);
      gate.succeed("n" + i);
      world.run();
    }

    assertThat(world.time().pending()).isEqualTo(before);
  }

  @Test
  void an_attempt_that_outlasts_the_transports_lease_keeps_it() {
    Queue<String> slow = world.queue(options -> options.timeout(Duration.ofHours(2)));
    slow.handleAsync(gate);
    world.send(slow, "a");

    world.advance(Duration.ofMinutes(119));
    gate.succeed("a");
    world.run();

    assertThat(gate.began()).containsExactly("a 1");
    assertThat(world.stats(slow).succeeded()).isEqualTo(1);
    assertThat(world.transport().renewals()).isNotEmpty();
  }

  @Test
  void handlers_that_hang_lose_their_place_but_not_the_message() throws InterruptedException {
    ExecutorService pool =
        Executors.newCachedThreadPool(
            body -> {
              Thread made = new Thread(body, "handler-under-test");
              made.setDaemon(true);
              return made;
            });
    World threads = new World(pool);
    Queue<String> one = threads.queue(options -> options.concurrency(1));
    AtomicInteger began = new AtomicInteger();
    AtomicBoolean wasInterrupted = new AtomicBoolean();
    CountDownLatch never = new CountDownLatch(1);
    List<String> done = new ArrayList<>();
    one.handle(
        message -> {
          if (message.id().equals("hangs") && message.attempt() == 1) {
            began.incrementAndGet();
            try {
              never.await();
            } catch (InterruptedException interrupted) {
              wasInterrupted.set(true);
            }
            return;
          }
          synchronized (done) {
            done.add(message.id() + " " + message.attempt());
          }
        });
    threads.send(one, "hangs", "next");
    Poll.until("the hanging handler", TIMEOUT, () -> began.get() == 1);

    threads.advance(TIMEOUT);
    Poll.until("the interrupt", TIMEOUT, wasInterrupted::get);
    Poll.until(
        "both",
        TIMEOUT,
        () -> {
          threads.advance(Duration.ofMillis(100));
          synchronized (done) {
            return done.size() == 2;
          }
        });

    assertThat(done).containsExactly("next 1", "hangs 2");
    Poll.until(
        "both settled",
        TIMEOUT,
        () -> {
          threads.run();
          return threads.get(one.stats()).succeeded() == 2;
        });
    threads.close();
    pool.shutdownNow();
  }
}
