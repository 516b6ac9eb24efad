// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits in real time for something that happens on another thread. */
public final class Poll {
  private static final long PAUSE_NANOS = 1_000_000;

  private Poll() {}

  /**
   * Waits until the condition holds.
   *
   * @param what what is awaited, for the failure's text
   * @param bound how long at most
   * @throws AssertionError if it does not hold in that time
   */
  public static void until(String what, Duration bound, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > bound.toNanos()) {
        throw new AssertionError("waited " + bound + " in vain for " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
