// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Origin;
import dev.redrive.TaskQueue;
import dev.redrive.TaskQueueOptions;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What tasks do on real threads; the clock is virtual but for the last tests. */
@Timeout(60)
class TaskQueueThreadsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final VirtualTime time = new VirtualTime();
  private final ExecutorService pool = Executors.newCachedThreadPool(TaskQueueThreadsTest::daemon);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger began = new AtomicInteger();
  private final AtomicBoolean wasInterrupted = new AtomicBoolean();

  private static Thread daemon(Runnable body) {
    Thread made = new Thread(body, "task-under-test");
    made.setDaemon(true);
    return made;
  }

  private static void until(String what, BooleanSupplier condition) {
    Poll.until(what, Duration.ofSeconds(30), condition);
  }

  @AfterEach
  void close() {
    gate.countDown();
    pool.shutdownNow();
  }

  private TaskQueue open(int concurrency) {
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.fixed(Duration.ofSeconds(1)))
            .jitter(Jitter.none())
            .attempts(2)
            .build();
    return Engine.taskQueue(
        TaskQueueOptions.builder("tasks")
            .policy(policy)
            .concurrency(concurrency)
            .timeout(TIMEOUT)
            .build(),
        time.environment(1),
        pool);
  }

  /** Waits for the gate. */
  private String gated() throws InterruptedException {
    began.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException interrupted) {
      wasInterrupted.set(true);
      throw interrupted;
    }
    return "through";
  }

  @Test
  void a_running_task_that_is_cancelled_is_interrupted() {
    TaskQueue tasks = open(1);
    CompletableFuture<String> future = tasks.submit(this::gated);
    until("the task", () -> began.get() == 1);
    assertThat(tasks.runningCount()).isEqualTo(1);

    future.cancel(true);

    until("the interrupt", wasInterrupted::get);
    assertThat(tasks.size()).isZero();
    assertThat(tasks.runningCount()).isZero();
    CompletableFuture<String> next = tasks.submit(() -> "next");
    until("the next task", next::isDone);
    assertThat(began).hasValue(1);
  }

  @Test
  void an_attempt_that_hangs_fails_at_its_timeout_and_the_next_one_follows() {
    TaskQueue tasks = open(1);
    CompletableFuture<String> future =
        tasks.submit(
            () -> {
              if (began.get() == 0) {
                return gated();
              }
              return "second";
            });
    until("the first attempt", () -> began.get() == 1);

    time.advance(TIMEOUT);
    until("the interrupt", wasInterrupted::get);
    assertThat(future).isNotDone();
    time.advance(Duration.ofSeconds(1));

    until("the second attempt", future::isDone);
    assertThat(future).isCompletedWithValue("second");
  }

  @Test
  void the_last_timeout_ends_the_task() {
    TaskQueue tasks = open(1);
    CompletableFuture<String> future = tasks.submit(this::gated);

    until("the first attempt", () -> began.get() == 1);
    time.advance(TIMEOUT.plusSeconds(1));
    until("the second attempt", () -> began.get() == 2);
    time.advance(TIMEOUT);

    assertThat(future).isCompletedExceptionally();
    assertThat(future.handle((result, failure) -> failure).join())
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("PT30S");
  }

  @Test
  void the_deadline_ends_an_attempt_and_none_follows() {
    TaskQueue tasks = open(1);
    AtomicReference<CompletableFuture<String>> future = new AtomicReference<>();
    Origin.NONE
        .withDeadline(time.instant().plusSeconds(5))
        .wrap(() -> future.set(tasks.submit(this::gated)))
        .run();
    until("the attempt", () -> began.get() == 1);
    time.advance(Duration.ofSeconds(5));
    until("the interrupt", wasInterrupted::get);
    time.advance(TIMEOUT);

    assertThat(future.get())
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(TimeoutException.class)
        .withMessageContaining("the deadline");
    assertThat(tasks.size()).isZero();
    assertThat(began).hasValue(1);
  }

  @Test
  void what_returns_after_its_timeout_changes_nothing() {
    TaskQueue tasks = open(1);
    AtomicBoolean isLet = new AtomicBoolean();
    AtomicBoolean hasReturned = new AtomicBoolean();
    CompletableFuture<String> future =
        tasks.submit(
            () -> {
              if (began.getAndIncrement() > 0) {
                return "second";
              }
              while (!isLet.get()) {
                Thread.onSpinWait();
              }
              hasReturned.set(true);
              return "late";
            });
    until("the first attempt", () -> began.get() == 1);
    time.advance(TIMEOUT);

    isLet.set(true);
    until("its return", hasReturned::get);
    time.advance(Duration.ofSeconds(1));

    until("the second attempt", future::isDone);
    assertThat(future).isCompletedWithValue("second");
  }

  @Test
  void a_timeout_that_races_with_the_end_of_its_attempt_never_meets_the_next_one() {
    TaskQueue tasks = open(1);
    for (int i = 0; i < 300; i++) {
      AtomicBoolean isLet = new AtomicBoolean();
      AtomicInteger runs = new AtomicInteger();
      CompletableFuture<String> future =
          tasks.submit(
              () -> {
                if (runs.incrementAndGet() > 1) {
                  return "second";
                }
                while (!isLet.get()) {
                  Thread.onSpinWait();
                }
                throw new IOException("planned");
              });
      until("the first attempt", () -> runs.get() == 1);

      isLet.set(true);
      time.advance(TIMEOUT);
      until(
          "the end",
          () -> {
            time.advance(Duration.ofSeconds(1));
            return future.isDone();
          });

      assertThat(future).as("round %d", i).isCompletedWithValue("second");
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void closing_lets_what_runs_finish_within_the_grace() throws InterruptedException {
    TaskQueue tasks = open(1);
    CompletableFuture<String> running = tasks.submit(this::gated);
    CompletableFuture<String> queued = tasks.submit(() -> "queued");
    until("the task", () -> began.get() == 1);
    Thread closer = new Thread(() -> tasks.close(Duration.ofSeconds(10)), "closer");
    closer.start();
    // The timer of the grace, the sweep for timeouts.
    until("the closing", () -> time.pending() == 2);

    gate.countDown();
    closer.join();

    assertThat(running).isCompletedWithValue("through");
    assertThat(queued).isCompletedWithValue("queued");
    assertThat(wasInterrupted).isFalse();
    assertThat(time.pending()).as("the timer of the grace is gone").isEqualTo(1);
  }

  @Test
  void closing_interrupts_what_outlasts_the_grace() throws InterruptedException {
    TaskQueue tasks = open(1);
    CompletableFuture<String> running = tasks.submit(this::gated);
    CompletableFuture<String> queued = tasks.submit(() -> "queued");
    until("the task", () -> began.get() == 1);
    Thread closer = new Thread(() -> tasks.close(Duration.ofSeconds(10)), "closer");
    closer.start();
    until("the closing", () -> time.pending() == 2);

    time.advance(Duration.ofSeconds(10));
    closer.join();

    until("the interrupt", wasInterrupted::get);
    assertThat(running).isCancelled();
    assertThat(queued).isCancelled();
    assertThat(tasks.size()).isZero();
  }

  @Test
  void everything_ends_when_closing_and_cancelling_race_with_the_work() throws Exception {
    for (int round = 0; round < 100; round++) {
      TaskQueue tasks = open(3);
      List<CompletableFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        int number = i;
        futures.add(tasks.submit(() -> number));
      }
      Thread canceller =
          new Thread(() -> futures.forEach(future -> future.cancel(true)), "canceller");
      canceller.start();

      tasks.close(Duration.ofNanos(round % 2));
      canceller.join();

      assertThat(futures).allMatch(CompletableFuture::isDone);
      until("an empty queue", () -> tasks.size() == 0);
    }
  }

  @Test
  void with_the_systems_clock_and_threads_it_works_as_well() {
    TaskQueueOptions options =
        TaskQueueOptions.builder("system")
            .policy(
                RetryPolicy.builder()
                    .backoff(Backoff.fixed(Duration.ofMillis(5)))
                    .jitter(Jitter.none())
                    .attempts(3)
                    .build())
            .build();
    try (TaskQueue tasks = Engine.taskQueue(options)) {
      List<CompletableFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        AtomicInteger runs = new AtomicInteger();
        futures.add(
            tasks.submit(
                () -> {
                  if (runs.incrementAndGet() < 3) {
                    throw new IOException("planned");
                  }
                  return runs.get();
                }));
      }

      assertThat(futures).allSatisfy(future -> assertThat(future.join()).isEqualTo(3));
      assertThat(tasks.size()).isZero();
    }
  }
}
