// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * Runs tasks in this process with retries. Nothing is stored: what has not ended when the process
 * ends is gone. Thread-safe.
 */
public interface TaskQueue extends AutoCloseable {

  /**
   * Runs the task, again after failures as the policy says, and completes with its result or its
   * last failure. Cancelling the future takes the task back: a waiting one does not run any more, a
   * running one is interrupted.
   *
   * @throws SendRefusedException if the queue is full or closed
   */
  <R> CompletableFuture<R> submit(Callable<R> task);

  /** As {@link #submit(Callable)}, with the first attempt not before this much time has passed. */
  <R> CompletableFuture<R> submit(Callable<R> task, Duration delay);

  /**
   * Tasks that have not ended: waiting for their first or next attempt, or running. One that was
   * cancelled while it waited for a thread counts until its turn comes, because it is kept till
   * then.
   */
  int size();

  /** Tasks whose attempt runs now. */
  int runningCount();

  /** Closes with a grace period of 10 seconds. */
  @Override
  default void close() {
    close(Duration.ofSeconds(10));
  }

  /**
   * Takes no more tasks, lets those that run finish within the grace period, interrupts the rest,
   * and cancels what waits. May be called more than once.
   */
  void close(Duration grace);
}
