// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * Where a message stands in its queue, or a dead letter among the dead: by time, then by the order
 * of arrival.
 *
 * @param time milliseconds since 1970, never negative
 * @param seq unique in the store, ascending in the order of commits
 */
record Place(long time, long seq) implements Comparable<Place> {
  static final Place FIRST = new Place(0, 0);

  @Override
  public int compareTo(Place other) {
    int byTime = Long.compare(time, other.time);
    return byTime != 0 ? byTime : Long.compare(seq, other.seq);
  }

  boolean isBefore(Place other) {
    return compareTo(other) < 0;
  }

  static Place min(Place one, Place other) {
    return other.isBefore(one) ? other : one;
  }
}
