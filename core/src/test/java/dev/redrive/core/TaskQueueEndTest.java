// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.SendRefusedException;
import dev.redrive.TaskQueue;
import dev.redrive.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Tasks that are cancelled, or whose queue is closed; in one thread on virtual time. */
class TaskQueueEndTest extends TaskQueueScene {
  @Test
  void a_cancelled_task_that_waits_does_not_run() {
    TaskQueue tasks = open(options());
    CompletableFuture<String> queued = tasks.submit(failing(0, () -> "ran"));
    CompletableFuture<String> delayed =
        tasks.submit(failing(0, () -> "ran"), Duration.ofSeconds(1));

    assertThat(queued.cancel(true)).isTrue();
    assertThat(queued.cancel(true)).isTrue();
    assertThat(delayed.cancel(false)).isTrue();
    time.advance(Duration.ofHours(1));

    assertThat(starts).isEmpty();
    assertThat(queued).isCancelled();
    assertThat(delayed).isCancelled();
    assertThat(tasks.size()).isZero();
  }

  @Test
  void a_task_cancelled_between_its_attempts_has_no_further_one() {
    TaskQueue tasks = open(options());
    CompletableFuture<String> future = tasks.submit(failing(9, () -> "never"));
    time.advance(Duration.ofMillis(1));
    assertThat(starts).hasSize(2);

    future.cancel(false);
    assertThat(tasks.size()).isZero();
    time.advance(Duration.ofHours(1));

    assertThat(starts).hasSize(2);
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
  }

  @Test
  void a_task_that_cancels_itself_is_cancelled() {
    TaskQueue tasks = open(options());
    List<CompletableFuture<String>> self = new ArrayList<>();
    self.add(
        tasks.submit(
            () -> {
              starts.add(Duration.ZERO);
              self.get(0).cancel(true);
              throw new IOException("after the cancellation");
            }));

    time.advance(Duration.ofHours(1));

    assertThat(self.get(0)).isCancelled();
    assertThat(starts).hasSize(1);
    assertThat(tasks.size()).isZero();
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void a_future_that_its_holder_completes_leaves_the_queue() {
    TaskQueue tasks = open(options());
    CompletableFuture<String> queued = tasks.submit(failing(0, () -> "ran"));
    CompletableFuture<String> retrying = tasks.submit(failing(9, () -> "never"));
    queued.complete("by hand");
    retrying.completeExceptionally(new TimeoutException("by hand"));

    time.advance(Duration.ofHours(1));

    assertThat(starts).isEmpty();
    assertThat(tasks.size()).isZero();
    assertThat(queued).isCompletedWithValue("by hand");
  }

  @Test
  void closing_cancels_what_waits_and_is_done_once() {
    TaskQueue tasks = open(options());
    CompletableFuture<String> delayed = tasks.submit(() -> "never", Duration.ofSeconds(1));
    CompletableFuture<String> retrying = tasks.submit(failing(9, () -> "never"));
    time.advance(Duration.ofMillis(1));

    tasks.close(Duration.ofHours(1));
    tasks.close();

    assertThat(delayed).isCancelled();
    assertThat(retrying).isCancelled();
    assertThat(tasks.size()).isZero();
    assertThatThrownBy(() -> tasks.submit(() -> "late"))
        .isInstanceOfSatisfying(
            SendRefusedException.class,
            refused -> assertThat(refused.reason()).isEqualTo(SendRefusedException.Cause.CLOSED));
    time.advance(Duration.ofHours(1));
    assertThat(starts).hasSize(2);
  }

  @Test
  void closing_without_grace_cancels_what_has_not_begun() {
    TaskQueue tasks = open(options());
    CompletableFuture<String> queued = tasks.submit(() -> "never");

    tasks.close(Duration.ZERO);
    time.runUntilIdle();

    assertThat(queued).isCancelled();
    assertThat(tasks.size()).isZero();
  }

  @Test
  void a_time_limit_of_the_holder_is_no_leak() {
    TaskQueue tasks = open(options());
    CompletableFuture<String> future =
        tasks.submit(() -> "late", Duration.ofSeconds(1)).orTimeout(1, TimeUnit.HOURS);

    future.complete("early");
    time.advance(Duration.ofSeconds(1));

    assertThat(tasks.size()).isZero();
  }

  @Test
  void a_task_whose_end_comes_while_its_failure_is_judged_has_no_further_attempt() {
    List<Runnable> ends = new ArrayList<>();
    RetryPolicy judging =
        RetryPolicy.builder()
            .on(
                IOException.class,
                cause -> {
                  ends.forEach(Runnable::run);
                  return true;
                })
            .retry()
            .build();
    TaskQueue tasks = open(options().policy(judging));
    CompletableFuture<String> cancelled = tasks.submit(failing(9, () -> "never"));
    ends.add(() -> cancelled.cancel(true));
    time.runUntilIdle();
    assertThat(tasks.size()).isZero();

    CompletableFuture<String> closed = tasks.submit(failing(9, () -> "never"));
    ends.set(0, () -> tasks.close(Duration.ZERO));
    time.advance(Duration.ofHours(1));

    assertThat(tasks.size()).isZero();
    assertThat(closed).isCancelled();
    assertThat(starts).hasSize(2);
  }
}
