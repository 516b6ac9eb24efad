// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that runs tasks one after another; what is used by it alone needs no lock. */
final class Loop implements Executor {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private final ThreadPoolExecutor thread;
  private volatile @Nullable Thread runner;

  Loop(ThreadFactory threads) {
    this.thread =
        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
  }

  @Override
  public void execute(Runnable task) {
    if (!offer(task)) {
      log.debug("a task came after the end");
    }
  }

  /** Runs the task on the loop's thread; false, and not at all, once the loop has ended. */
  boolean offer(Runnable task) {
    try {
      thread.execute(() -> run(task));
      return true;
    } catch (RejectedExecutionException ended) {
      return false;
    }
  }

  private void run(Runnable task) {
    runner = Thread.currentThread();
    try {
      task.run();
    } catch (RuntimeException failure) {
      log.error("a task failed", failure);
    }
  }

  /** True on the loop's own thread. */
  boolean isHere() {
    return Thread.currentThread() == runner;
  }

  /** Runs what was given before, and then nothing more. */
  void end() {
    thread.shutdown();
  }
}
