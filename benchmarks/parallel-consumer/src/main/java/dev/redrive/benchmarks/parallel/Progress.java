// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks.parallel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts messages from the first that is handled to the last that is committed. */
final class Progress {
  private static final long BOUND_SECONDS = 300;

  private final int messages;
  private final long end;
  private final AtomicInteger open;
  private final CountDownLatch complete = new CountDownLatch(1);
  private final AtomicLong began = new AtomicLong(Long.MIN_VALUE);
  private volatile long handled;
  private volatile long committed;

  /**
   * @param messages how many are to be handled
   * @param end the offset that is committed when all are
   */
  Progress(int messages, long end) {
    this.messages = messages;
    this.end = end;
    this.open = new AtomicInteger(messages);
  }

  /** A message is being handled. */
  void begins() {
    if (began.get() == Long.MIN_VALUE) {
      began.compareAndSet(Long.MIN_VALUE, System.nanoTime());
    }
  }

  /** A message has been handled. */
  void ends() {
    if (open.decrementAndGet() == 0) {
      handled = System.nanoTime();
    }
  }

  /** The broker has accepted this offset. */
  void committed(long offset) {
    if (offset >= end && complete.getCount() > 0) {
      committed = System.nanoTime();
      complete.countDown();
    }
  }

  /** Waits for the last commit. */
  void await() throws InterruptedException {
    if (!complete.await(BOUND_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("of " + messages + " messages, " + open + " never came");
    }
  }

  /** How many there were a second until the last had been handled. */
  double handledRate() {
    return messages / ((handled - began.get()) / 1e9);
  }

  /** How many there were a second until the last was committed. */
  double committedRate() {
    return messages / ((committed - began.get()) / 1e9);
  }
}
