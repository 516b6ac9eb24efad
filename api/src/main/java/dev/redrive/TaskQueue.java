// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * Runs tasks in this process with retries. Nothing is stored: what has not ended when the process
 * ends is gone. Thread-safe.
 *
 * <p>A task inherits what a message would that was sent in its place: the request, the trace and
 * the deadline of whoever submits it ({@link Origin#current}). It finds them in its {@link Context}
 * then, and in what logs show.
 */
public interface TaskQueue extends AutoCloseable {

  /**
   * Runs the task, again after failures as the policy says, and completes with its result or its
   * last failure. Cancelling the future takes the task back: a waiting one does not run any more, a
   * running one is interrupted.
   *
   * <p>An inherited deadline that passes ends the task with a {@link
   * java.util.concurrent.TimeoutException}, and a retry that it leaves no time for is not made.
   *
   * @throws SendRefusedException if the queue is full or closed, or the task could not begin before
   *     the deadline that it inherits
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
