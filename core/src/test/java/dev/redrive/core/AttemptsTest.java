// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetter;
import dev.redrive.Event;
import dev.redrive.Handler;
import dev.redrive.MessageState;
import dev.redrive.Queue;
import dev.redrive.Transition;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.Reason;
import dev.redrive.retry.RejectedException;
import dev.redrive.retry.RetryAfterException;
import dev.redrive.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What follows a failure. */
class AttemptsTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  /** Fails so many times. */
  private Handler<String> failing(int times) {
    return message -> {
      if (log.note(message) <= times) {
        throw new IOException("planned " + message.attempt());
      }
    };
  }

  private static Handler<String> throwing(World.Log log, Throwable thrown) {
    return message -> {
      log.note(message);
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (Exception) thrown;
    };
  }

  private Queue<String> queue(RetryPolicy policy) {
    return world.queue(options -> options.policy(policy));
  }

  @Test
  void attempts_come_after_exactly_the_policys_delays_and_are_counted_without_gaps() {
    world.send(queue, "a");
    queue.handle(failing(2));

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    assertThat(log.times())
        .containsExactly(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(3));
    assertThat(world.stats(queue).succeeded()).isEqualTo(1);
    assertThat(world.journal().lines())
        .containsExactly(
            "Sent a",
            "Started a 1",
            "Retried a 1",
            "Started a 2",
            "Retried a 2",
            "Started a 3",
            "Succeeded a 3");
  }

  @Test
  void a_message_that_has_used_up_its_attempts_is_dead_and_explained() {
    world.get(queue.send(message("a").key("k").header("h", "v")));
    queue.handle(failing(9));

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).hasSize(3);
    DeadLetter dead = world.dead(queue, "a");
    assertThat(dead.reason()).isEqualTo(Reason.ATTEMPTS_EXHAUSTED);
    assertThat(dead.attempts()).isEqualTo(3);
    assertThat(dead.failure()).startsWith("java.io.IOException: planned 3\n  at dev.redrive.core");
    assertThat(dead.fingerprint())
        .isEqualTo(FailureText.fingerprint(new IOException("planned 17")));
    assertThat(dead.diedAt()).isEqualTo(dead.firstSeen().plusSeconds(3));
    assertThat(dead.key()).contains("k");
    assertThat(dead.headers()).containsExactlyEntriesOf(java.util.Map.of("h", "v"));
    assertThat(dead.body())
        .isEqualTo("payload of a".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(dead.history())
        .extracting(Transition::to)
        .containsExactly(
            MessageState.READY, MessageState.RETRYING, MessageState.RETRYING, MessageState.DEAD);
    assertThat(dead.history()).extracting(Transition::attempt).containsExactly(0, 1, 2, 3);
    assertThat(dead.history().get(0).at()).isEqualTo(dead.firstSeen());
    assertThat(dead.history())
        .extracting(Transition::cause)
        .containsExactly(
            "sent", "IOException: planned 1", "IOException: planned 2", "IOException: planned 3");
    assertThat(world.journal().lines()).last().isEqualTo("Died a 3 attempts-exhausted");
  }

  @Test
  void a_failure_that_a_retry_does_not_mend_kills_at_once() {
    world.send(queue, "a");
    queue.handle(throwing(log, new IllegalArgumentException("planned")));

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.NOT_RETRYABLE);
    assertThat(world.dead(queue, "a").attempts()).isEqualTo(1);
  }

  @Test
  void a_rejected_message_is_dead_as_rejected() {
    world.send(queue, "a");
    queue.handle(throwing(log, new RejectedException("no such customer")));

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).hasSize(1);
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.REJECTED);
    assertThat(world.dead(queue, "a").failure()).contains("no such customer");
  }

  @Test
  void a_handler_that_says_when_is_called_then_and_the_attempt_counts() {
    world.send(queue, "a");
    queue.handle(throwing(log, new RetryAfterException(Duration.ofMinutes(7), "planned")));

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    assertThat(log.times())
        .containsExactly(Duration.ZERO, Duration.ofMinutes(7), Duration.ofMinutes(14));
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.ATTEMPTS_EXHAUSTED);
  }

  @Test
  void a_retry_without_a_delay_comes_at_once() {
    Queue<String> impatient =
        queue(
            RetryPolicy.builder()
                .backoff(Backoff.fixed(Duration.ZERO))
                .jitter(Jitter.none())
                .attempts(50)
                .build());
    world.send(impatient, "a");
    impatient.handle(failing(49));

    world.run();

    assertThat(log.attempts()).hasSize(50).last().isEqualTo("a 50");
    assertThat(world.stats(impatient).succeeded()).isEqualTo(1);
  }

  @Test
  void a_rule_may_allow_more_attempts_than_the_rest() {
    Queue<String> ruled =
        queue(
            RetryPolicy.builder()
                .backoff(Backoff.fixed(Duration.ofSeconds(1)))
                .jitter(Jitter.none())
                .attempts(2)
                .on(TimeoutException.class)
                .attempts(5)
                .build());
    world.send(ruled, "a");
    ruled.handle(throwing(log, new TimeoutException("planned")));

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3", "a 4", "a 5");
    assertThat(world.dead(ruled, "a").attempts()).isEqualTo(5);
  }

  @Test
  void a_discarded_message_is_gone_without_a_dead_letter() {
    Queue<String> ruled = queue(RetryPolicy.builder().on(IOException.class).discard().build());
    world.send(ruled, "a");
    ruled.handle(failing(1));

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).hasSize(1);
    assertThat(world.dead(ruled)).isEmpty();
    assertThat(world.stats(ruled).cancelled()).isEqualTo(1);
  }

  @Test
  void decorrelated_delays_grow_from_the_delay_before() {
    Queue<String> wandering =
        queue(
            RetryPolicy.builder()
                .backoff(Backoff.exponential(Duration.ofSeconds(1), Duration.ofHours(10)))
                .jitter(Jitter.decorrelated())
                .attempts(12)
                .build());
    for (int i = 0; i < 30; i++) {
      world.send(wandering, "m" + i);
    }
    wandering.handle(failing(99));

    world.advance(Duration.ofDays(30));

    List<Event.Retried> retried = world.journal().of(Event.Retried.class);
    List<Duration> last =
        retried.stream()
            .filter(event -> event.attempt() == 11)
            .map(event -> Duration.between(event.at(), event.dueAt()))
            .toList();
    // Without the delay before, none would ever be longer than three times the first.
    assertThat(last).hasSize(30).anyMatch(delay -> delay.compareTo(Duration.ofSeconds(30)) > 0);
  }

  @Test
  void whatever_a_handler_throws_ends_its_attempt_and_no_other() {
    List<Throwable> thrown =
        List.of(
            new StackOverflowError("planned"),
            new OutOfMemoryError("planned"),
            new LinkageError("planned"),
            new AssertionError("planned"),
            new ThreadDeath(),
            new InterruptedException("planned"));
    for (int i = 0; i < thrown.size(); i++) {
      world.send(queue, "m" + i);
    }
    queue.handle(
        message -> {
          if (log.note(message) == 1) {
            Throwable each = thrown.get(Integer.parseInt(message.id().substring(1)));
            if (each instanceof Error error) {
              throw error;
            }
            throw (Exception) each;
          }
        });

    world.advance(Duration.ofHours(1));

    assertThat(world.stats(queue).succeeded()).isEqualTo(thrown.size());
    assertThat(log.attempts()).hasSize(2 * thrown.size());
  }

  @Test
  void a_rule_that_throws_kills_the_message_and_says_so() {
    IOException planned = new IOException("planned");
    Queue<String> broken =
        queue(
            RetryPolicy.builder()
                .on(
                    IOException.class,
                    cause -> {
                      throw new StackOverflowError("a broken rule");
                    })
                .retry()
                .build());
    world.send(broken, "a");
    broken.handle(throwing(log, planned));

    world.advance(Duration.ofHours(1));

    assertThat(world.dead(broken, "a").reason()).isEqualTo(Reason.NOT_RETRYABLE);
    assertThat(planned.getSuppressed()).singleElement().isInstanceOf(StackOverflowError.class);
    assertThat(world.stats(broken).running()).isZero();
  }

  @Test
  void a_rule_that_throws_the_very_failure_does_no_harm() {
    Queue<String> broken =
        queue(
            RetryPolicy.builder()
                .on(
                    IllegalStateException.class,
                    cause -> {
                      throw cause;
                    })
                .retry()
                .build());
    world.send(broken, "a");
    broken.handle(throwing(log, new IllegalStateException("planned")));

    world.advance(Duration.ofHours(1));

    assertThat(world.dead(broken, "a").reason()).isEqualTo(Reason.NOT_RETRYABLE);
  }

  @Test
  void a_failure_that_cannot_speak_is_settled_all_the_same() {
    world.send(queue, "a");
    queue.handle(
        throwing(
            log,
            new IOException() {
              @Override
              public String getMessage() {
                throw new IllegalStateException("planned");
              }
            }));

    world.advance(Duration.ofHours(1));

    assertThat(world.dead(queue, "a").attempts()).isEqualTo(3);
  }

  @Test
  void a_replayed_message_has_all_its_attempts_before_it() {
    world.send(queue, "a");
    queue.handle(failing(2));
    Queue<String> one = queue(RetryPolicy.builder().attempts(1).build());
    world.advance(Duration.ofHours(1));
    assertThat(world.dead(one, "a").attempts()).isEqualTo(1);
    queue(World.THREE);

    int replayed = world.get(queue.deadLetters().replay(dev.redrive.DeadLetterFilter.all(), 10));
    world.advance(Duration.ofHours(1));

    assertThat(replayed).isEqualTo(1);
    assertThat(log.attempts()).containsExactly("a 1", "a 1", "a 2", "a 3");
    assertThat(world.journal().lines()).contains("Replayed").last().isEqualTo("Succeeded a 3");
    assertThat(world.stats(queue).dead()).isZero();
  }
}
