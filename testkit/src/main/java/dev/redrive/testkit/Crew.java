// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Threads that call a transport at the same time, while the test's own thread lets it work. What
 * one of them throws fails the test.
 */
final class Crew {
  private static final long SLICE_MILLIS = 2;
  private static final long STAGE_SECONDS = 60;

  /** What a thread does; it may fail. */
  interface Task {
    void run() throws Exception;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private volatile boolean isOver;

  void start(Task task) {
    Thread thread = new Thread(() -> run(task), "contract-crew-" + threads.size());
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void run(Task task) {
    try {
      task.run();
    } catch (Exception | AssertionError failed) {
      synchronized (failures) {
        failures.add(failed);
      }
    }
  }

  /** True once nobody waits for the threads any more, so that they must end. */
  boolean isOver() {
    return isOver;
  }

  /** Waits for a stage, in a thread of the crew. */
  <T> T get(CompletionStage<T> stage)
      throws InterruptedException, ExecutionException, TimeoutException {
    return stage.toCompletableFuture().get(STAGE_SECONDS, TimeUnit.SECONDS);
  }

  /** Lets the transport work until all threads have ended. */
  void finish(Scene scene) {
    long start = System.nanoTime();
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        scene.advance(Duration.ZERO);
        isOver |= hasFailed();
        if (System.nanoTime() - start > scene.harness().patience().toNanos()) {
          isOver = true;
          throw new AssertionError(thread.getName() + " does not end");
        }
        join(thread);
      }
    }
    scene.advance(Duration.ZERO);
    synchronized (failures) {
      if (!failures.isEmpty()) {
        throw new AssertionError("a thread of the test failed", failures.get(0));
      }
    }
  }

  private boolean hasFailed() {
    synchronized (failures) {
      return !failures.isEmpty();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(SLICE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + thread.getName(), interrupted);
    }
  }
}
