// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts messages from the first that is handled to the last that is acknowledged. */
final class Tally {
  private static final long BOUND_SECONDS = 300;

  private final int messages;
  private final CountDownLatch open;
  private final AtomicLong began = new AtomicLong(Long.MIN_VALUE);

  Tally(int messages) {
    this.messages = messages;
    this.open = new CountDownLatch(messages);
  }

  /** A message is being handled. */
  void handled() {
    if (began.get() == Long.MIN_VALUE) {
      began.compareAndSet(Long.MIN_VALUE, System.nanoTime());
    }
  }

  /** A message is acknowledged. */
  void acknowledged() {
    open.countDown();
  }

  /** Waits for the last one; how many there were a second. */
  double rate() throws InterruptedException {
    if (!open.await(BOUND_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(open.getCount() + " messages never came");
    }
    return messages / ((System.nanoTime() - began.get()) / 1e9);
  }
}
