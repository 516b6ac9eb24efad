// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.testkit.Poll;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Several real threads, and how many tasks they still have. */
final class CountedThreads implements Executor, AutoCloseable {
  private static final int THREADS = 4;
  private static final Duration BOUND = Duration.ofMinutes(1);

  private final AtomicInteger tasks = new AtomicInteger();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "transport-test");
            thread.setDaemon(true);
            return thread;
          });

  @Override
  public void execute(Runnable task) {
    tasks.incrementAndGet();
    threads.execute(
        () -> {
          try {
            task.run();
          } finally {
            tasks.decrementAndGet();
          }
        });
  }

  /** Waits until there is no task; one that follows from another is there before that one ends. */
  void awaitCalm() {
    Poll.until("the end of all tasks", BOUND, this::isCalm);
  }

  boolean isCalm() {
    return tasks.get() == 0;
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
