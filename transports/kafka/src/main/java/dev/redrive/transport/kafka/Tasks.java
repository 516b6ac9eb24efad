// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done on a queue's thread, in the order it came, and how that waits. Thread-safe.
 */
class Tasks {
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

  void add(Runnable task) {
    tasks.add(task);
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  /** The next one, if there is one. */
  @Nullable Runnable poll() {
    return tasks.poll();
  }

  /** The next one, as soon as there is one, in this time. */
  @Nullable Runnable poll(long nanos) throws InterruptedException {
    return tasks.poll(nanos, TimeUnit.NANOSECONDS);
  }

  /** Waits for a moment, whatever comes. */
  void pause(long nanos) throws InterruptedException {
    LockSupport.parkNanos(nanos);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
