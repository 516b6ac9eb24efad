// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Consumers that wait for messages, each for its turn. Thread-safe; calls nothing foreign. */
final class LeaseLine<T> {
  private final Deque<LeaseWaiter<T>> line = new ArrayDeque<>();
  private boolean isClosed;

  /** Joins it as the last; false if it is closed. */
  synchronized boolean add(LeaseWaiter<T> waiter) {
    return !isClosed && line.add(waiter);
  }

  /**
   * Joins it again as the first, after a turn that brought nothing; false if it is closed or nobody
   * waits any more. Whoever ends the wait looks here afterwards, and so finds it.
   *
   * @param now the time, as Timers.nanoTime
   */
  synchronized boolean comeBack(LeaseWaiter<T> waiter, LongSupplier now) {
    return !isClosed && !waiter.isOver(now.getAsLong()) && line.offerFirst(waiter);
  }

  /** Takes out the one whose turn it is; null if nobody waits. */
  synchronized @Nullable LeaseWaiter<T> next() {
    return line.poll();
  }

  /** Leaves it; false if it is not there: it is being served, or has left. */
  synchronized boolean leave(LeaseWaiter<T> waiter) {
    return line.remove(waiter);
  }

  synchronized boolean isEmpty() {
    return line.isEmpty();
  }

  /** How many messages those in line want together. */
  synchronized int wanted() {
    int wanted = 0;
    for (LeaseWaiter<T> waiter : line) {
      wanted += waiter.max();
    }
    return wanted;
  }

  /** Lets nobody join any more, and takes out those who waited. */
  synchronized List<LeaseWaiter<T>> close() {
    isClosed = true;
    List<LeaseWaiter<T>> all = List.copyOf(line);
    line.clear();
    return all;
  }
}
