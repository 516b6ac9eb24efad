// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.time.Duration;

/**
 * When messages that wait each for itself ask again: one after another, as fast as they may be
 * expected to pass, so that they do not all come back at once only to be put off again. Beyond
 * {@link #SPREAD_MAX} they begin again at the front. Times are those of the timers' clock.
 * Thread-safe.
 */
final class Slots {
  private static final long SPREAD_MAX = Duration.ofMinutes(10).toNanos();
  private static final double SECOND = 1e9;

  private final Object lock = new Object();
  // Guarded by the lock.
  private long next = Long.MIN_VALUE;

  /** The next free time from the earliest on, at so many a second. */
  long take(long earliest, double perSecond) {
    synchronized (lock) {
      boolean isFree = next < earliest || next > earliest + SPREAD_MAX;
      long slot = isFree ? earliest : next;
      next = slot + (long) (SECOND / perSecond);
      return slot;
    }
  }
}
