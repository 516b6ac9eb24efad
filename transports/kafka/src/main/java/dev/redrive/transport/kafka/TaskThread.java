// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a queue, and what others want done on it. It may be in a poll: a task ends that.
 * Thread-safe, but for what only the thread itself may call.
 */
final class TaskThread {
  private static final Logger log = LoggerFactory.getLogger(TaskThread.class);

  private final String queue;
  private final ThreadFactory threads;
  private final Tasks tasks;
  // Where the thread is while it polls, to be woken for a task.
  private volatile @Nullable Member polling;
  private volatile @Nullable Thread thread;
  private volatile boolean isEnded;

  /** Something of the thread itself. */
  interface Condition {
    boolean holds();
  }

  /**
   * @param tasks where they gather, and where the thread waits while it does not poll
   */
  TaskThread(String queue, ThreadFactory threads, Tasks tasks) {
    this.queue = queue;
    this.threads = threads;
    this.tasks = tasks;
  }

  void start(Runnable body) {
    Thread started = threads.newThread(body);
    thread = started;
    started.start();
  }

  boolean isHere() {
    return Thread.currentThread() == thread;
  }

  void execute(Runnable task) {
    offer(task);
  }

  /** Runs the task on the queue's thread; false, and not at all, once that has ended. */
  boolean offer(Runnable task) {
    synchronized (tasks) {
      if (isEnded) {
        return false;
      }
      tasks.add(task);
    }
    wake();
    return true;
  }

  private void wake() {
    Member waiting = polling;
    if (waiting != null) {
      waiting.wake();
    }
  }

  /** Runs a task that must be run, on the queue's thread or, when that has ended, here. */
  void tell(Runnable task) {
    if (!offer(task)) {
      task.run();
    }
  }

  /** Waits for its end; false if it did not come in this time. */
  boolean join(Duration atMost) {
    Thread ending = thread;
    if (ending == null) {
      return true;
    }
    try {
      ending.join(atMost.toMillis());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return !ending.isAlive() || Thread.currentThread().isInterrupted();
  }

  /** Called by the thread: takes no task any more, if there is none and the condition holds. */
  boolean endsIf(Condition condition) {
    synchronized (tasks) {
      isEnded = condition.holds() && tasks.isEmpty();
      return isEnded;
    }
  }

  /** Called by the thread: runs what has gathered; whether there was something. */
  boolean runAll() {
    boolean isSomething = false;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      run(task);
      isSomething = true;
    }
    return isSomething;
  }

  /** Called by the thread: runs the next task, which is waited for so long at most. */
  void runNext(long nanos) throws InterruptedException {
    Runnable task = tasks.poll(nanos);
    if (task != null) {
      run(task);
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error failure) {
      log.error("a task of queue {} failed", queue, failure);
    }
  }

  /** Called by the thread: waits for a moment in which no task wakes it. */
  void pause(long nanos) throws InterruptedException {
    tasks.pause(nanos);
  }

  /** Called by the thread: polls, not at all once there is a task. */
  void poll(Member member, Duration wait) {
    polling = member;
    try {
      // Looked at after it can be woken: what comes later wakes it.
      member.poll(tasks.isEmpty() ? wait : Duration.ZERO);
    } finally {
      polling = null;
    }
  }

  /** Called by the thread, perhaps in a poll: does something out of which it must not be woken. */
  void undisturbed(Runnable action) {
    Member waking = polling;
    polling = null;
    action.run();
    polling = waking;
    if (!tasks.isEmpty()) {
      wake();
    }
  }
}
