// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many are in a place that holds only so many. Who enters and who leaves do not write the same
 * memory, so that a sender and the workers do not wait for one another's caches. Thread-safe.
 */
final class Occupancy {
  private final int max;
  private final AtomicLong entered = new AtomicLong();
  private final LongAdder left = new LongAdder();
  // As many have left at least; what is missing here is looked up only when the place seems full.
  private volatile long leftSeen;

  Occupancy(int max) {
    this.max = max;
  }

  /** Enters, or returns false if there is no room. */
  boolean enter() {
    long number = entered.incrementAndGet();
    if (number - leftSeen <= max) {
      return true;
    }
    long seen = left.sum();
    leftSeen = seen;
    if (number - seen <= max) {
      return true;
    }
    entered.decrementAndGet();
    return false;
  }

  /** Leaves; once for each successful {@link #enter}. */
  void leave() {
    left.increment();
  }

  int count() {
    return (int) Math.max(0, entered.get() - left.sum());
  }
}
