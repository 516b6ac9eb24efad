// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.InvalidOptionsException;
import dev.redrive.SendRefusedException;
import dev.redrive.TaskQueue;
import dev.redrive.TaskQueueOptions;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.HoldException;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RejectedException;
import dev.redrive.retry.RetryAfterException;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** In one thread on virtual time; {@link TaskQueueThreadsTest} has the rest. */
class TaskQueueTest extends TaskQueueScene {
  @Test
  void a_task_runs_and_gives_its_result() {
    TaskQueue tasks = open(options());

    CompletableFuture<String> future = tasks.submit(() -> "done");

    assertThat(tasks.size()).isEqualTo(1);
    time.runUntilIdle();
    assertThat(future).isCompletedWithValue("done");
    assertThat(tasks.size()).isZero();
    assertThat(tasks.runningCount()).isZero();
  }

  @Test
  void attempts_come_after_exactly_the_delays_of_the_policy() {
    TaskQueue tasks = open(options());

    CompletableFuture<String> future = tasks.submit(failing(3, () -> "at last"));
    time.advance(Duration.ofHours(1));

    assertThat(future).isCompletedWithValue("at last");
    assertThat(starts)
        .containsExactly(
            Duration.ZERO,
            Duration.ofMillis(1),
            Duration.ofMillis(5_001),
            Duration.ofMillis(605_001));
  }

  @Test
  void the_last_failure_ends_the_task() {
    TaskQueue tasks = open(options());

    CompletableFuture<String> future = tasks.submit(failing(9, () -> "never"));
    time.advance(Duration.ofHours(1));

    assertThat(starts).hasSize(4);
    assertThatThrownBy(future::join).hasRootCauseMessage("planned 4");
    assertThat(tasks.size()).isZero();
  }

  @Test
  void what_a_retry_does_not_mend_is_not_tried_again() {
    TaskQueue tasks = open(options());

    CompletableFuture<String> future =
        tasks.submit(
            () -> {
              starts.add(Duration.ZERO);
              throw new IllegalArgumentException("planned");
            });
    CompletableFuture<String> rejected =
        tasks.submit(
            () -> {
              throw new RejectedException("planned");
            });
    time.advance(Duration.ofHours(1));

    assertThat(starts).hasSize(1);
    assertThat(future).isCompletedExceptionally();
    assertThatThrownBy(rejected::join).hasCauseInstanceOf(RejectedException.class);
  }

  @Test
  void a_task_that_says_when_is_tried_then() {
    TaskQueue tasks = open(options());

    CompletableFuture<String> future =
        tasks.submit(
            () -> {
              starts.add(Duration.between(VirtualTime.START, time.instant()));
              if (starts.size() == 1) {
                throw new RetryAfterException(Duration.ofSeconds(77), "planned");
              }
              return "then";
            });
    time.advance(Duration.ofHours(1));

    assertThat(future).isCompletedWithValue("then");
    assertThat(starts).containsExactly(Duration.ZERO, Duration.ofSeconds(77));
  }

  @Test
  void decorrelated_delays_grow_from_the_delay_before() {
    RetryPolicy wandering =
        RetryPolicy.builder()
            .backoff(Backoff.exponential(Duration.ofSeconds(1), Duration.ofHours(10)))
            .jitter(Jitter.decorrelated())
            .attempts(12)
            .build();
    TaskQueue tasks = open(options().policy(wandering));
    for (int i = 0; i < 30; i++) {
      CompletableFuture<String> unused = tasks.submit(failing(999, () -> "never"));
    }

    time.advance(Duration.ofDays(30));

    // If each began with the first delay again, all would end within 11 times 3 seconds.
    assertThat(starts)
        .hasSize(360)
        .last()
        .satisfies(last -> assertThat(last).isGreaterThan(Duration.ofMinutes(2)));
    assertThat(tasks.size()).isZero();
  }

  @Test
  void a_dependency_that_is_down_spends_no_attempt() {
    TaskQueue tasks = open(options());

    CompletableFuture<String> future =
        tasks.submit(
            () -> {
              starts.add(Duration.between(VirtualTime.START, time.instant()));
              if (starts.size() < 20) {
                throw new HoldException("planned", Optional.of(Duration.ofMinutes(1)));
              } else if (starts.size() < 23) {
                throw new IOException("planned");
              }
              return "back";
            });
    time.advance(Duration.ofHours(1));

    assertThat(future).isCompletedWithValue("back");
    assertThat(starts.get(19)).isEqualTo(Duration.ofMinutes(19));
    assertThat(starts).as("with all four attempts after the outage").hasSize(23);
  }

  @Test
  void a_rule_that_throws_ends_the_task_with_its_own_failure() {
    IOException planned = new IOException("planned");
    RetryPolicy broken =
        RetryPolicy.builder()
            .on(
                IOException.class,
                cause -> {
                  throw new StackOverflowError("a broken rule");
                })
            .retry()
            .build();
    RetryPolicy rethrowing =
        RetryPolicy.builder()
            .on(
                IllegalStateException.class,
                cause -> {
                  throw cause;
                })
            .retry()
            .build();

    CompletableFuture<String> future =
        open(options().policy(broken))
            .submit(
                () -> {
                  throw planned;
                });
    CompletableFuture<String> other =
        open(options().policy(rethrowing))
            .submit(
                () -> {
                  throw new IllegalStateException("planned");
                });
    time.advance(Duration.ofHours(1));

    assertThatThrownBy(future::join).hasCause(planned);
    assertThat(planned.getSuppressed()).singleElement().isInstanceOf(StackOverflowError.class);
    assertThat(other).isCompletedExceptionally();
  }

  @Test
  void an_error_is_a_failure_like_others() {
    TaskQueue tasks = open(options());

    CompletableFuture<String> future =
        tasks.submit(
            () -> {
              starts.add(Duration.ZERO);
              if (starts.size() == 1) {
                throw new OutOfMemoryError("planned");
              }
              return "survived";
            });
    time.advance(Duration.ofHours(1));

    assertThat(future).isCompletedWithValue("survived");
  }

  @Test
  void a_delayed_task_is_never_early() {
    TaskQueue tasks = open(options());
    CompletableFuture<Instant> future = tasks.submit(time::instant, Duration.ofHours(5));
    CompletableFuture<Instant> atOnce = tasks.submit(time::instant, Duration.ZERO);

    time.advance(Duration.ofHours(5).minusNanos(1));
    assertThat(future).isNotDone();
    assertThat(atOnce).isCompletedWithValue(VirtualTime.START);
    time.advance(Duration.ofNanos(1));

    assertThat(future).isCompletedWithValue(VirtualTime.START.plus(Duration.ofHours(5)));
  }

  @Test
  void a_delay_beyond_all_times_just_waits() {
    TaskQueue tasks = open(options());

    CompletableFuture<String> future =
        tasks.submit(() -> "never", Duration.ofSeconds(Long.MAX_VALUE));
    time.advance(Duration.ofDays(10_000));

    assertThat(future).isNotDone();
    assertThat(tasks.size()).isEqualTo(1);
  }

  @Test
  void a_full_queue_refuses_and_takes_again_when_there_is_room() {
    TaskQueue tasks = open(options().capacity(2));
    CompletableFuture<String> first = tasks.submit(() -> "first");
    CompletableFuture<String> second = tasks.submit(() -> "second", Duration.ofHours(1));

    assertThatThrownBy(() -> tasks.submit(() -> "third"))
        .isInstanceOfSatisfying(
            SendRefusedException.class,
            refused -> assertThat(refused.reason()).isEqualTo(SendRefusedException.Cause.OVERFLOW));

    assertThat(tasks.size()).isEqualTo(2);
    time.runUntilIdle();
    assertThat(first).isCompletedWithValue("first");
    CompletableFuture<String> third = tasks.submit(() -> "third");
    time.advance(Duration.ofHours(1));
    assertThat(third).isCompletedWithValue("third");
    assertThat(second).isCompletedWithValue("second");
  }

  @Test
  void who_hears_of_the_end_finds_the_place_free() {
    TaskQueue tasks = open(options().capacity(1));

    CompletableFuture<String> both =
        tasks.submit(() -> "first").thenCompose(done -> tasks.submit(() -> done + ", second"));
    time.runUntilIdle();

    assertThat(both).isCompletedWithValue("first, second");
  }

  @Test
  void ten_thousand_tasks_with_retries_all_end_and_one_timer_waits_for_them() {
    TaskQueue tasks = open(options().concurrency(4));
    List<CompletableFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      int number = i;
      List<Integer> runs = new ArrayList<>();
      futures.add(
          tasks.submit(
              () -> {
                runs.add(number);
                if (runs.size() <= number % 4) {
                  throw new IOException("planned");
                }
                return runs.size();
              }));
    }

    time.advance(Duration.ofMillis(1));
    // The line of the delayed, the sweep for timeouts, the look at what was left to busy lanes.
    assertThat(time.pending()).isLessThanOrEqualTo(3);
    time.advance(Duration.ofHours(1));

    for (int i = 0; i < futures.size(); i++) {
      assertThat(futures.get(i)).isCompletedWithValue(i % 4 + 1);
    }
    assertThat(tasks.size()).isZero();
  }

  @Test
  void options_say_all_their_mistakes() {
    assertThatThrownBy(
            () ->
                TaskQueueOptions.builder("tasks")
                    .concurrency(0)
                    .capacity(0)
                    .timeout(Duration.ZERO)
                    .build())
        .isInstanceOfSatisfying(
            InvalidOptionsException.class, refused -> assertThat(refused.problems()).hasSize(3));
  }
}
