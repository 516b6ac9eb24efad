// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.SendRefusedException;
import dev.redrive.TaskQueue;
import dev.redrive.TaskQueueOptions;
import dev.redrive.retry.Failure;
import dev.redrive.retry.Verdict;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Runs tasks in {@link Lanes}, and again after the policy's delays. */
final class InProcessTaskQueue implements TaskQueue {
  private final TaskQueueOptions options;
  private final Environment environment;
  private final Lanes lanes;
  private final DelayLine<Task.Wait> delayed;
  private final Runnable release;
  // Tasks that were accepted and have not left; a cancelled one leaves when its turn comes.
  private final Occupancy places;
  // How many tasks have a context, and so a name.
  private final AtomicLong inherited = new AtomicLong();
  private final AtomicBoolean isClosed = new AtomicBoolean();

  InProcessTaskQueue(
      TaskQueueOptions options, Environment environment, Executor handlers, Runnable release) {
    this.options = options;
    this.environment = environment;
    this.places = new Occupancy(options.capacity());
    this.lanes = new Lanes(environment, handlers, options.concurrency(), options.timeout());
    this.delayed = DelayLine.byClock(environment, wait -> lanes.submit(wait.task().nextRun()));
    this.release = release;
  }

  @Override
  public <R> CompletableFuture<R> submit(Callable<R> work) {
    Task<R> task = accept(work, Duration.ZERO);
    lanes.submit(task.nextRun());
    return task;
  }

  @Override
  public <R> CompletableFuture<R> submit(Callable<R> work, Duration delay) {
    Task<R> task = accept(work, delay);
    delay(task, delay);
    return task;
  }

  private <R> Task<R> accept(Callable<R> work, Duration delay) {
    if (isClosed.get()) {
      throw new SendRefusedException(
          SendRefusedException.Cause.CLOSED, "task queue " + options.name() + " is closed");
    }
    TaskHeritage heritage = TaskHeritage.current(options.name(), inherited);
    if (!heritage.isNone()) {
      heritage.check(now(), delay.isZero() ? now() : dueAfter(delay));
    }
    if (!places.enter()) {
      throw new SendRefusedException(
          SendRefusedException.Cause.OVERFLOW,
          "task queue "
              + options.name()
              + " is full: "
              + options.capacity()
              + " tasks have not ended; wait, or raise its capacity");
    }
    return new Task<>(this, work, heritage);
  }

  /** Lets the task run after the delay. */
  void delay(Task<?> task, Duration delay) {
    Instant due = dueAfter(delay);
    Task.Wait wait = task.waitUntil(DueHeap.nanos(due));
    delayed.add(wait);
    // Looked at after the adding: whoever closes or cancels looks for it there before.
    if ((isClosed.get() || task.isDone()) && delayed.remove(wait)) {
      task.cancel(false);
      task.leave();
    }
  }

  /** A waiting task was cancelled: true if it will not be heard of again. */
  boolean forget(Task.Wait wait) {
    return delayed.remove(wait);
  }

  /** A task was cancelled that may be running. */
  void abandon(Task<?> task) {
    lanes.abandon(job -> job instanceof Task.Run<?> run && run.isOf(task));
  }

  /** What the policy makes of a failed attempt. */
  Verdict decide(int attempt, Throwable cause, Duration lastDelay) {
    Instant now = environment.clock().instant();
    return options
        .policy()
        .decide(
            new Failure(attempt, cause, now, Optional.empty(), lastDelay), environment.random());
  }

  /** When a task is due after this delay. */
  Instant dueAfter(Duration delay) {
    return Times.after(now(), delay);
  }

  Instant now() {
    return environment.clock().instant();
  }

  InstantSource clock() {
    return environment.clock();
  }

  Duration timeout() {
    return options.timeout();
  }

  /** A task has ended and runs no more. */
  void left() {
    places.leave();
  }

  @Override
  public int size() {
    return places.count();
  }

  @Override
  public int runningCount() {
    return lanes.runningCount();
  }

  @Override
  public void close(Duration grace) {
    if (!isClosed.compareAndSet(false, true)) {
      return;
    }
    // What waits for a later attempt would outlast any grace.
    for (Task.Wait wait : delayed.removeAll()) {
      wait.task().cancel(false);
      wait.task().leave();
    }
    CompletableFuture<Void> ended = lanes.idle();
    if (!grace.isZero() && !ended.isDone()) {
      awaitEnd(ended, grace);
    }
    lanes.stop();
    release.run();
  }

  private void awaitEnd(CompletableFuture<Void> ended, Duration grace) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    Timers.Timer timer = environment.timers().after(grace, () -> over.complete(null));
    CompletableFuture.anyOf(ended, over).join();
    timer.cancel();
  }
}
