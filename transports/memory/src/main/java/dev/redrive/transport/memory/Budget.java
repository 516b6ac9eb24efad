// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that all queues of a store may take together. Thread-safe. */
final class Budget {
  private final AtomicLong used = new AtomicLong();

  /** True if there is room for so much more. */
  boolean hasRoom(long bytes, long max) {
    return used.get() + bytes <= max;
  }

  /** Counts what is taken, even if it is too much: what was accepted is never dropped. */
  void charge(long bytes) {
    used.addAndGet(bytes);
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }
}
