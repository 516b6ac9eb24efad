// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.spi.Lease;
import dev.redrive.spi.Timers;

/**
 * A lease on an entry. Its identity is the fencing token: an entry knows the one lease that holds
 * it. Guarded by the queue's lock.
 */
final class MemoryLease implements Lease {
  private final Entry entry;
  private final MemorySubscription holder;
  private final long number;
  // As Timers.nanoTime.
  private long end;

  MemoryLease(Entry entry, MemorySubscription holder, long number, long end) {
    this.entry = entry;
    this.holder = holder;
    this.number = number;
    this.end = end;
  }

  static int byEnd(MemoryLease one, MemoryLease other) {
    int byTime = Long.compare(one.end, other.end);
    return byTime != 0 ? byTime : Long.compare(one.number, other.number);
  }

  Entry entry() {
    return entry;
  }

  MemorySubscription holder() {
    return holder;
  }

  /** When it ends, as {@link Timers#nanoTime}. */
  long end() {
    return end;
  }

  /** Only while it is in no sorted set. */
  void end(long changed) {
    end = changed;
  }
}
