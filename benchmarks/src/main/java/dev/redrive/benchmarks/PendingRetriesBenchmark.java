// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.TaskQueue;
import dev.redrive.TaskQueueOptions;
import dev.redrive.core.Engine;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A million tasks fail, wait for their retry all at once, and are retried over ten seconds. Told
 * are the longest time that one submission took, the longest time that the timers stood still while
 * retries were due, and how late retries began.
 */
final class PendingRetriesBenchmark {
  private static final int TASKS = 1_000_000;
  private static final int THREADS = 2;
  private static final int SPREAD_SECONDS = 10;
  private static final Duration FIRST_DELAY = Duration.ofSeconds(15);
  private static final double NANOS_PER_MILLI = 1e6;

  private PendingRetriesBenchmark() {}

  static List<Row> run() throws Exception {
    // One run to compile the code, one to measure.
    new PendingRetries().measure();
    return new PendingRetries().measure();
  }

  private static final class PendingRetries {
    private final AtomicLongArray failedAt = new AtomicLongArray(TASKS);
    private final AtomicLongArray retriedAt = new AtomicLongArray(TASKS);
    private final AtomicInteger retried = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(TASKS);

    List<Row> measure() throws Exception {
      RetryPolicy policy =
          RetryPolicy.builder()
              .backoff(Backoff.fixed(FIRST_DELAY))
              .jitter(Jitter.additive(Duration.ofSeconds(SPREAD_SECONDS)))
              .attempts(2)
              .build();
      long longestAdd = 0;
      try (TaskQueue queue =
          Engine.taskQueue(
              TaskQueueOptions.builder("bench")
                  .policy(policy)
                  .concurrency(THREADS)
                  .capacity(TASKS)
                  .build())) {
        for (int i = 0; i < TASKS; i++) {
          int task = i;
          long began = System.nanoTime();
          var unused = queue.submit(() -> attempt(task));
          longestAdd = Math.max(longestAdd, System.nanoTime() - began);
        }
        done.await();
      }
      return rows(longestAdd);
    }

    private Object attempt(int task) {
      if (failedAt.compareAndSet(task, 0, System.nanoTime())) {
        throw new Transient();
      }
      retriedAt.set(retried.getAndIncrement(), System.nanoTime());
      done.countDown();
      return done;
    }

    private List<Row> rows(long longestAdd) {
      // Retries are spread evenly, a hundred each millisecond: a gap between two is a pause.
      long longestGap = 0;
      long[] times = new long[TASKS];
      for (int i = 0; i < TASKS; i++) {
        times[i] = retriedAt.get(i);
      }
      Arrays.sort(times);
      for (int i = 1; i < TASKS; i++) {
        longestGap = Math.max(longestGap, times[i] - times[i - 1]);
      }
      List<Row> rows = new ArrayList<>();
      rows.add(
          Row.millis(
              "1M pending retries: longest pause adding",
              50,
              longestAdd / NANOS_PER_MILLI,
              String.format(Locale.ROOT, "%,d tasks that failed once and wait", TASKS)));
      rows.add(
          Row.millis(
              "1M pending retries: longest pause firing",
              50,
              longestGap / NANOS_PER_MILLI,
              String.format(Locale.ROOT, "due over %d s", SPREAD_SECONDS)));
      return rows;
    }
  }

  /** Fails without the cost of a stack trace. */
  private static final class Transient extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Transient() {
      super("not yet", null, false, false);
    }
  }
}
