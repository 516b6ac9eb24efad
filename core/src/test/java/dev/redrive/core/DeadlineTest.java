// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Context;
import dev.redrive.DeadLetter;
import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Worker;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.gate.Breaker;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.Reason;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.spi.InMessage;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the time until a message's deadline bounds its attempts. */
class DeadlineTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration MILLI = Duration.ofMillis(1);

  private final World world = new World();
  private final Gate gate = new Gate();
  private final Queue<String> queue = world.queue(options -> options.timeout(TIMEOUT));
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  private Instant sendWithin(Duration time) {
    Instant deadline = world.now().plus(time);
    world.get(queue.send(message("a").deadline(deadline)));
    return deadline;
  }

  private static RetryPolicy pausing(Duration delay) {
    return RetryPolicy.builder()
        .backoff(Backoff.fixed(delay))
        .jitter(Jitter.none())
        .attempts(5)
        .build();
  }

  private void assertExpired(int attempts, String why) {
    DeadLetter dead = world.dead(queue, "a");
    assertThat(dead.reason()).isEqualTo(Reason.EXPIRED);
    assertThat(dead.attempts()).isEqualTo(attempts);
    assertThat(dead.history()).last().satisfies(last -> assertThat(last.cause()).contains(why));
    assertThat(dead.failure()).contains(why);
  }

  @Test
  void an_async_attempt_ends_at_the_deadline_if_that_is_before_its_timeout() {
    Instant deadline = sendWithin(Duration.ofSeconds(10));
    queue.handleAsync(gate);
    world.advance(Duration.ofSeconds(10).minusMillis(1));
    assertThat(world.stats(queue).running()).isEqualTo(1);

    world.advance(MILLI);

    assertExpired(1, "the deadline " + deadline + " passed in the middle of the attempt");
    assertThat(world.dead(queue, "a").diedAt()).isEqualTo(deadline);
    assertThat(world.journal().lines()).last().isEqualTo("Died a 1 expired");
  }

  @Test
  void a_blocking_attempt_is_interrupted_at_the_deadline_if_that_is_before_its_timeout() {
    ExecutorService pool = Executors.newSingleThreadExecutor(DeadlineTest::daemon);
    try (World threads = new World(pool)) {
      Queue<String> blocking = threads.queue(options -> options.timeout(TIMEOUT));
      AtomicInteger began = new AtomicInteger();
      AtomicBoolean wasInterrupted = new AtomicBoolean();
      blocking.handle(
          each -> {
            began.incrementAndGet();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
              wasInterrupted.set(true);
            }
          });
      Instant deadline = threads.now().plusSeconds(10);
      threads.get(blocking.send(message("a").deadline(deadline)));
      Poll.until("the handler", TIMEOUT, () -> began.get() == 1);

      threads.advance(Duration.ofSeconds(10).minusNanos(1));
      assertThat(threads.stats(blocking).running()).isEqualTo(1);
      threads.advance(Duration.ofNanos(1));

      Poll.until("the interrupt", TIMEOUT, wasInterrupted::get);
      DeadLetter dead = threads.dead(blocking, "a");
      assertThat(dead.reason()).isEqualTo(Reason.EXPIRED);
      assertThat(dead.attempts()).isEqualTo(1);
      assertThat(dead.failure()).contains("passed in the middle of the attempt");
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void a_deadline_that_passes_before_the_handler_is_called_counts_no_attempt() {
    ExecutorService pool = Executors.newSingleThreadExecutor(DeadlineTest::daemon);
    CountDownLatch decoding = new CountDownLatch(1);
    try (World threads = new World(pool)) {
      Queue<String> hanging =
          threads
              .redrive()
              .queue(QueueOptions.builder("hanging", new HangingCodec(decoding)).build());
      hanging.handle(log::note);
      threads.get(hanging.send(message("a").deadline(threads.now().plusSeconds(10))));
      Poll.until("the codec", TIMEOUT, () -> decoding.getCount() == 0);

      threads.advance(Duration.ofSeconds(10));

      assertThat(threads.dead(hanging, "a").reason()).isEqualTo(Reason.EXPIRED);
      assertThat(threads.dead(hanging, "a").attempts()).isZero();
      assertThat(log.attempts()).isEmpty();
    } finally {
      pool.shutdownNow();
    }
  }

  private record HangingCodec(CountDownLatch decoding) implements Codec<String> {
    @Override
    public byte[] encode(String payload) {
      return Codec.text().encode(payload);
    }

    @Override
    public String decode(byte[] bytes) throws InterruptedException {
      decoding.countDown();
      new CountDownLatch(1).await();
      throw new IllegalStateException("nobody ends it");
    }
  }

  private static Thread daemon(Runnable body) {
    Thread made = new Thread(body, "handler-under-test");
    made.setDaemon(true);
    return made;
  }

  @Test
  void the_timeout_ends_an_attempt_whose_deadline_is_later() {
    sendWithin(TIMEOUT.plus(MILLI));
    queue.handleAsync(gate);

    world.advance(TIMEOUT);

    // The next attempt would be a second later, which is after the deadline.
    DeadLetter dead = world.dead(queue, "a");
    assertThat(dead.failure()).contains("TimeoutException").contains("longer than PT30S");
    assertThat(dead.reason()).isEqualTo(Reason.EXPIRED);
  }

  @Test
  void an_attempt_that_ends_with_its_deadline_and_its_timeout_at_once_has_expired() {
    sendWithin(TIMEOUT);
    queue.handleAsync(gate);

    world.advance(TIMEOUT);

    assertExpired(1, "passed in the middle of the attempt");
  }

  @Test
  void the_last_attempt_dies_of_the_deadline_and_not_of_the_number_of_attempts() {
    world.queue(options -> options.timeout(TIMEOUT).policy(pausing(MILLI)));
    sendWithin(Duration.ofSeconds(10));
    world.transport().forge(in -> DeadlineTest.asAttempt(in, 5));
    queue.handleAsync(gate);

    world.advance(Duration.ofSeconds(10));

    assertExpired(5, "passed in the middle of the attempt");
  }

  private static InMessage asAttempt(InMessage in, int attempt) {
    return new InMessage(
        in.lease(),
        in.id(),
        in.key(),
        attempt,
        in.crashes(),
        in.dueAt(),
        in.firstSeen(),
        in.headers(),
        in.body());
  }

  @Test
  void a_retry_that_would_be_due_at_the_deadline_dies_at_once() {
    world.queue(options -> options.policy(pausing(Duration.ofSeconds(10))));
    sendWithin(Duration.ofSeconds(10));
    queue.handle(this::fail);

    world.run();

    assertThat(log.attempts()).containsExactly("a 1");
    assertExpired(1, "before the deadline");
    assertThat(world.dead(queue, "a").diedAt()).isEqualTo(world.now());
    assertThat(world.dead(queue, "a").failure()).contains("IOException: planned");
  }

  @Test
  void a_retry_due_a_millisecond_before_the_deadline_starts() {
    world.queue(options -> options.policy(pausing(Duration.ofSeconds(10).minus(MILLI))));
    sendWithin(Duration.ofSeconds(10));
    queue.handle(this::fail);

    world.advance(Duration.ofSeconds(10));

    assertThat(log.attempts()).containsExactly("a 1", "a 2");
  }

  @Test
  void a_retry_that_is_put_off_to_the_deadline_by_rounding_dies_at_once() {
    world.queue(
        options -> options.policy(pausing(Duration.ofSeconds(10).minus(Duration.ofNanos(1)))));
    sendWithin(Duration.ofSeconds(10));
    queue.handle(this::fail);

    world.run();

    assertExpired(1, "before the deadline");
    assertThat(world.journal().of(Event.Retried.class)).isEmpty();
  }

  private void fail(dev.redrive.Message<String> message) throws IOException {
    log.note(message);
    throw new IOException("planned");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_deadline_that_passes_while_the_attempt_is_written_down_starts_no_handler(boolean isAsync) {
    sendWithin(Duration.ofSeconds(10));
    world.transport().beginning(Trouble.ANSWERS_LATE);
    Worker worker = isAsync ? queue.handleAsync(gate) : queue.handle(log::note);
    world.run();

    world.time().shift(Duration.ofSeconds(10));
    world.transport().answerLate();
    world.run();

    assertThat(gate.began()).isEmpty();
    assertThat(log.attempts()).isEmpty();
    assertExpired(0, "passed");
    assertThat(worker.runningCount()).isZero();
    assertThat(world.journal().of(Event.Started.class)).isEmpty();
  }

  @Test
  void what_is_left_is_told_to_the_fraction_of_a_millisecond_and_never_negative() {
    List<Duration> left = new ArrayList<>();
    sendWithin(Duration.ofSeconds(10));
    world.advance(Duration.ofNanos(1));
    queue.handle(
        each -> {
          Context context = Context.current().orElseThrow();
          left.add(context.remaining().orElseThrow());
          world.time().shift(Duration.ofSeconds(11));
          left.add(context.remaining().orElseThrow());
        });

    world.run();

    assertThat(left).containsExactly(Duration.ofSeconds(10).minusNanos(1), Duration.ZERO);
  }

  @Test
  void a_deadline_at_the_end_of_all_times_bounds_nothing() {
    world.get(queue.send(message("a").deadline(Instant.MAX)));
    queue.handleAsync(gate);

    world.advance(TIMEOUT);

    assertThat(world.journal().lines()).last().isEqualTo("Retried a 1");
  }

  @Test
  void attempts_that_their_deadline_ends_open_no_breaker_and_keep_no_permit() {
    Queue<String> calling =
        world.queue(options -> options.dependency("psp").timeout(TIMEOUT).concurrency(4));
    Instant deadline = world.now().plusSeconds(10);
    for (int i = 0; i < FakeBreaker.FAILURES; i++) {
      world.get(calling.send(message("m" + i).deadline(deadline)));
    }
    calling.handleAsync(gate);

    world.advance(Duration.ofSeconds(10));

    assertThat(world.journal().of(Event.Died.class)).hasSize(FakeBreaker.FAILURES);
    assertThat(world.breaker("psp").state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void a_queue_of_other_options_has_its_own_timeout() {
    QueueOptions<String> changed = world.queue(o -> o.timeout(Duration.ofSeconds(5))).options();
    assertThat(changed.timeout()).isEqualTo(Duration.ofSeconds(5));
    sendWithin(Duration.ofSeconds(10));
    queue.handleAsync(gate);

    world.advance(Duration.ofSeconds(5));

    assertThat(world.journal().lines()).last().isEqualTo("Retried a 1");
  }
}
