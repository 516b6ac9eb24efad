// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.TaskQueue;
import dev.redrive.TaskQueueOptions;
import dev.redrive.core.Engine;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The in-process task queue against a bare thread pool: tasks that do nothing but count. */
final class TaskQueueBenchmark {
  private static final int TASKS = 1_000_000;
  private static final int THREADS = 2;
  private static final int ROUNDS = 31;

  private TaskQueueBenchmark() {}

  static Row run() throws Exception {
    return new Duel("TaskQueue, no-op tasks / ThreadPoolExecutor", 0.7, ROUNDS)
        .run(TaskQueueBenchmark::ours, TaskQueueBenchmark::bare);
  }

  private static double ours() throws Exception {
    CountDownLatch done = new CountDownLatch(TASKS);
    try (TaskQueue queue =
        Engine.taskQueue(
            TaskQueueOptions.builder("bench").concurrency(THREADS).capacity(TASKS).build())) {
      Callable<Object> task = task(done);
      long began = System.nanoTime();
      for (int i = 0; i < TASKS; i++) {
        var unused = queue.submit(task);
      }
      done.await();
      return rate(began);
    }
  }

  private static double bare() throws Exception {
    CountDownLatch done = new CountDownLatch(TASKS);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    try {
      Callable<Object> task = task(done);
      long began = System.nanoTime();
      for (int i = 0; i < TASKS; i++) {
        var unused = pool.submit(task);
      }
      done.await();
      return rate(began);
    } finally {
      pool.shutdown();
    }
  }

  private static Callable<Object> task(CountDownLatch done) {
    return () -> {
      done.countDown();
      return done;
    };
  }

  private static double rate(long began) {
    return TASKS / ((System.nanoTime() - began) / 1e9);
  }
}
