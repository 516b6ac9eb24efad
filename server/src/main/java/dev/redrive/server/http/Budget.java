// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** How much of something may be in use at once. Thread-safe. */
final class Budget {
  private final long max;
  private final AtomicLong used = new AtomicLong();

  Budget(long max) {
    this.max = max;
  }

  /** Takes this much, or nothing if it is not there. */
  boolean take(long amount) {
    if (used.addAndGet(amount) > max) {
      used.addAndGet(-amount);
      return false;
    }
    return true;
  }

  /** How much is taken. */
  long used() {
    return used.get();
  }

  /** Gives back what was taken. */
  void give(long amount) {
    used.addAndGet(-amount);
  }
}
