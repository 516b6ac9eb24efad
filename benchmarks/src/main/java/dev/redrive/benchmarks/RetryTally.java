// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets first attempts fail, and counts what is settled for the first time and what succeeds. */
final class RetryTally {
  private final int failingOf;
  private final Tally settled;
  private final Tally succeeded;
  private final AtomicInteger count = new AtomicInteger();

  /**
   * @param failingOf of so many first attempts one fails
   */
  RetryTally(int messages, int failingOf) {
    this.failingOf = failingOf;
    this.settled = new Tally(messages);
    this.succeeded = new Tally(messages);
  }

  /**
   * An attempt runs.
   *
   * @param number from 1
   * @throws IOException if it is to fail
   */
  void attempt(int number) throws IOException {
    settled.handled();
    succeeded.handled();
    if (number == 1 && count.incrementAndGet() % failingOf == 0) {
      throw new IOException("not yet");
    }
  }

  /** A first attempt has failed, and the message waits for the next one. */
  void failed() {
    settled.acknowledged();
  }

  /** An attempt has succeeded, and the message is done. */
  void succeeded(int number) {
    if (number == 1) {
      settled.acknowledged();
    }
    succeeded.acknowledged();
  }

  /** Waits until no first attempt is left; how many messages that were a second. */
  double settledRate() throws InterruptedException {
    return settled.rate();
  }

  /** Waits until all have succeeded; how many messages that were a second. */
  double succeededRate() throws InterruptedException {
    return succeeded.rate();
  }
}
