// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Lease;
import dev.redrive.spi.Timers;

/**
 * One hand-over of a message. Its identity is the fencing token: a lease is held if and only if the
 * queue's holdings have this very object, which a lost lease can never get back into.
 *
 * <p>What changes is guarded by the queue's lock.
 */
final class EmbeddedLease implements Lease, Comparable<EmbeddedLease> {
  private final Taker owner;
  private final Place place;
  private final MessageRecord message;
  private long end;
  private boolean isMarked;
  private boolean isSettling;

  EmbeddedLease(Taker owner, Place place, MessageRecord message, long end) {
    this.owner = owner;
    this.place = place;
    this.message = message;
    this.end = end;
  }

  Taker owner() {
    return owner;
  }

  Place place() {
    return place;
  }

  MessageRecord message() {
    return message;
  }

  /** The number of the attempt that this lease is for. */
  int attempt() {
    return message.attempts() + 1;
  }

  /** When the lease is lost, as {@link Timers#nanoTime}: a clock that is set must end none. */
  long end() {
    return end;
  }

  void end(long newEnd) {
    end = newEnd;
  }

  /** True if the attempt has begun, and a mark may stand that says so. */
  boolean isMarked() {
    return isMarked;
  }

  void mark() {
    isMarked = true;
  }

  /** True while its settlement is being written: it can no longer be lost. */
  boolean isSettling() {
    return isSettling;
  }

  void settling(boolean newValue) {
    isSettling = newValue;
  }

  /** By their ends; equal only to itself, for places are unique. */
  @Override
  public int compareTo(EmbeddedLease other) {
    int byEnd = Long.compare(end, other.end);
    return byEnd != 0 ? byEnd : Long.compare(place.seq(), other.place.seq());
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(place.seq());
  }
}
