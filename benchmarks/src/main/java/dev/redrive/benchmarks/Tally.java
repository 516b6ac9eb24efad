// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts messages from the first that is handled to the last that is acknowledged. */
final class Tally {
  private static final long BOUND_SECONDS = 300;

  private final int messages;
  private final AtomicInteger open;
  private final CountDownLatch complete = new CountDownLatch(1);
  private final AtomicLong began = new AtomicLong(Long.MIN_VALUE);
  private volatile long ended;

  Tally(int messages) {
    this.messages = messages;
    this.open = new AtomicInteger(messages);
  }

  /** A message is being handled. */
  void handled() {
    if (began.get() == Long.MIN_VALUE) {
      began.compareAndSet(Long.MIN_VALUE, System.nanoTime());
    }
  }

  /** A message is acknowledged. */
  void acknowledged() {
    acknowledged(1);
  }

  /** So many messages are acknowledged. */
  void acknowledged(int count) {
    int left = open.addAndGet(-count);
    if (left <= 0 && left + count > 0) {
      ended = System.nanoTime();
      complete.countDown();
    }
  }

  /** Whether all messages are acknowledged. */
  boolean isComplete() {
    return complete.getCount() == 0;
  }

  /** Waits for the last one; how many there were a second. */
  double rate() throws InterruptedException {
    if (!complete.await(BOUND_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(open + " messages never came");
    }
    return messages / ((ended - began.get()) / 1e9);
  }
}
