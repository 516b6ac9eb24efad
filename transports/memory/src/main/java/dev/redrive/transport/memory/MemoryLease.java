// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.spi.Lease;
import java.time.Instant;

/**
 * A lease on an entry. Its identity is the fencing token: an entry knows the one lease that holds
 * it. Guarded by the queue's lock.
 */
final class MemoryLease implements Lease {
  private final Entry entry;
  private final MemorySubscription holder;
  private final long number;
  private Instant end;

  MemoryLease(Entry entry, MemorySubscription holder, long number, Instant end) {
    this.entry = entry;
    this.holder = holder;
    this.number = number;
    this.end = end;
  }

  static int byEnd(MemoryLease one, MemoryLease other) {
    int byTime = one.end.compareTo(other.end);
    return byTime != 0 ? byTime : Long.compare(one.number, other.number);
  }

  Entry entry() {
    return entry;
  }

  MemorySubscription holder() {
    return holder;
  }

  Instant end() {
    return end;
  }

  /** Only while it is in no sorted set. */
  void end(Instant changed) {
    end = changed;
  }
}
