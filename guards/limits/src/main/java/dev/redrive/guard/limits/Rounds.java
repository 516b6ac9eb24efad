// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

/**
 * Counts who waits in which round, and how many wait before a round. Rounds are numbered from the
 * lowest in which anybody waits; only so many may be apart, so those further off count for the last
 * one.
 *
 * <p>The sums are kept in a binary indexed tree over a ring (P. Fenwick, "A New Data Structure for
 * Cumulative Frequency Tables", 1994), so that each call takes O(log n). Not thread-safe.
 */
final class Rounds {
  private final int size;
  private final int[] tree;
  private final int[] counts;
  // How many ever joined a round and left it: tells how far those that joined later have come.
  private final long[] joined;
  private final long[] left;
  private long lowest;
  private int total;

  /** With room for so many rounds, a power of two. */
  Rounds(int size) {
    this.size = size;
    this.tree = new int[size + 1];
    this.counts = new int[size];
    this.joined = new long[size];
    this.left = new long[size];
  }

  int total() {
    return total;
  }

  /** The lowest round in which anybody waits, or waited last. */
  long lowest() {
    return lowest;
  }

  /** The round that this one counts for. */
  long within(long round) {
    return Math.max(lowest, Math.min(round, lowest + size - 1));
  }

  /** One more waits in a round of {@link #within}; the answer is its place among those of it. */
  long join(long round) {
    int slot = slot(round);
    change(slot, 1);
    return joined[slot]++;
  }

  /** One that joined the round waits no more. */
  void leave(long round) {
    int slot = slot(round);
    left[slot]++;
    change(slot, -1);
    while (total > 0 && counts[slot(lowest)] == 0) {
      clear(slot(lowest++));
    }
  }

  /** How many wait before the one that has this place in the round. */
  long before(long round, long place) {
    int slot = slot(round);
    return sumBelow(round) + Math.max(0, place - left[slot]);
  }

  /** How many wait in rounds up to and with this one. */
  long upTo(long round) {
    return sumBelow(round) + counts[slot(round)];
  }

  private long sumBelow(long round) {
    int from = slot(lowest);
    int to = slot(round);
    return to >= from ? sum(to) - sum(from) : total - (sum(from) - sum(to));
  }

  private int slot(long round) {
    return (int) (round & (size - 1));
  }

  private void clear(int slot) {
    joined[slot] = 0;
    left[slot] = 0;
  }

  private void change(int slot, int by) {
    counts[slot] += by;
    total += by;
    for (int i = slot + 1; i <= size; i += i & -i) {
      tree[i] += by;
    }
  }

  /** The sum of the slots before this one. */
  private int sum(int slot) {
    int sum = 0;
    for (int i = slot; i > 0; i -= i & -i) {
      sum += tree[i];
    }
    return sum;
  }
}
