// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that a transport has for what it knows of dead letters. Thread-safe. */
final class LetterMemory {
  /** Some 150,000 letters with all that is searched in them, or 2.8 million without. */
  static final long BYTES_MAX = 96L << 20;

  private final AtomicLong left;

  LetterMemory(long bytes) {
    this.left = new AtomicLong(bytes);
  }

  /** True if so much was left; then it is taken. */
  boolean take(long bytes) {
    if (left.addAndGet(-bytes) >= 0) {
      return true;
    }
    left.addAndGet(bytes);
    return false;
  }

  void giveBack(long bytes) {
    left.addAndGet(bytes);
  }
}
