// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is due first comes out first; what is due at the same time comes out in the order it went
 * in.
 *
 * <p>A heap with four children a node in one array. Each node knows its place, so that taking one
 * out of the middle costs O(log n) and leaves nothing behind. Four children instead of two make the
 * heap half as deep, and siblings share a cache line (LaMarca and Ladner, "The Influence of Caches
 * on the Performance of Heaps", 1996). Not thread-safe.
 *
 * @param <N> the nodes
 */
final class DueHeap<N extends DueHeap.Node> {
  private static final int CHILDREN = 4;
  private static final int CAPACITY_MIN = 64;
  private static final int OUTSIDE = -1;

  private @Nullable Node[] nodes = new @Nullable Node[CAPACITY_MIN];
  private int size;
  private long added;

  /** A node: what waits extends it. */
  abstract static class Node {
    private final long due;
    private long order;
    private int place = OUTSIDE;

    Node(long due) {
      this.due = due;
    }

    /** When it is due, by the clock of whoever keeps it. */
    final long due() {
      return due;
    }

    private boolean isBefore(Node other) {
      return due < other.due || (due == other.due && order < other.order);
    }
  }

  /** The time as nanoseconds since 1970; times beyond the year 2262 are that year. */
  static long nanos(Instant when) {
    long seconds = when.getEpochSecond();
    if (seconds >= Long.MAX_VALUE / 1_000_000_000L) {
      return Long.MAX_VALUE;
    }
    if (seconds <= Long.MIN_VALUE / 1_000_000_000L) {
      return Long.MIN_VALUE;
    }
    return seconds * 1_000_000_000L + when.getNano();
  }

  int size() {
    return size;
  }

  void add(N node) {
    if (size == nodes.length) {
      nodes = Arrays.copyOf(nodes, size * 2);
    }
    Node added = node;
    added.order = this.added++;
    size++;
    siftUp(size - 1, node);
  }

  /** What is due first; null if there is nothing. */
  @SuppressWarnings("unchecked") // Only add() puts nodes in, and it takes N alone.
  @Nullable N peek() {
    return (N) nodes[0];
  }

  /** Takes out what is due first. */
  N poll() {
    N first = peek();
    if (first == null) {
      throw new IllegalStateException("nothing is waiting");
    }
    remove(first);
    return first;
  }

  /** Takes the node out; false if it is not in. */
  boolean remove(N node) {
    Node gone = node;
    int place = gone.place;
    if (place == OUTSIDE) {
      return false;
    }
    gone.place = OUTSIDE;
    size--;
    Node last = at(size);
    nodes[size] = null;
    if (place < size) {
      siftDown(place, last);
      if (nodes[place] == last) {
        siftUp(place, last);
      }
    }
    return true;
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      at(i).place = OUTSIDE;
    }
    nodes = new @Nullable Node[CAPACITY_MIN];
    size = 0;
  }

  private Node at(int place) {
    Node node = nodes[place];
    if (node == null) {
      throw new IllegalStateException("no node at " + place + " of " + size);
    }
    return node;
  }

  private void siftUp(int start, Node node) {
    int place = start;
    while (place > 0) {
      int parent = (place - 1) / CHILDREN;
      Node above = at(parent);
      if (!node.isBefore(above)) {
        break;
      }
      put(place, above);
      place = parent;
    }
    put(place, node);
  }

  private void siftDown(int start, Node node) {
    int place = start;
    while (true) {
      int child = place * CHILDREN + 1;
      if (child >= size) {
        break;
      }
      int end = Math.min(child + CHILDREN, size);
      int least = child;
      for (int i = child + 1; i < end; i++) {
        if (at(i).isBefore(at(least))) {
          least = i;
        }
      }
      if (!at(least).isBefore(node)) {
        break;
      }
      put(place, at(least));
      place = least;
    }
    put(place, node);
  }

  private void put(int place, Node node) {
    nodes[place] = node;
    node.place = place;
  }
}
