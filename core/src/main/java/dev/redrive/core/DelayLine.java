// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What waits for its time, in one {@link DueHeap} with one exact wake-up, however much it is.
 * Thread-safe.
 *
 * @param <N> what waits
 */
final class DelayLine<N extends DueHeap.Node> {
  private static final int DUE_MAX = 1_024;

  private final LongSupplier now;
  private final Consumer<? super N> due;
  private final WakeUp wakeUp;
  private final Object lock = new Object();
  // Guarded by the lock.
  private final DueHeap<N> heap = new DueHeap<>();

  private DelayLine(
      Environment environment, boolean isByClock, LongSupplier now, Consumer<? super N> due) {
    this.now = now;
    this.due = due;
    this.wakeUp =
        isByClock
            ? WakeUp.byClock(environment, this::wake)
            : WakeUp.byElapsed(environment, this::wake);
  }

  /**
   * An empty line, whose nodes are due at times of the wall clock, as {@link DueHeap#nanos}.
   *
   * @param due gets each node when its time has come, on the timers' thread; must not throw
   */
  static <N extends DueHeap.Node> DelayLine<N> byClock(
      Environment environment, Consumer<? super N> due) {
    return new DelayLine<>(
        environment, true, () -> DueHeap.nanos(environment.clock().instant()), due);
  }

  /**
   * An empty line, whose nodes are due at times of the timers' clock.
   *
   * @param due gets each node when its time has come, on the timers' thread; must not throw
   */
  static <N extends DueHeap.Node> DelayLine<N> byElapsed(
      Environment environment, Consumer<? super N> due) {
    return new DelayLine<>(environment, false, environment.timers()::nanoTime, due);
  }

  void add(N node) {
    synchronized (lock) {
      heap.add(node);
      try {
        arm();
      } catch (Throwable failure) {
        // What nobody will be woken for is not in.
        heap.remove(node);
        throw failure;
      }
    }
  }

  /** Takes the node out; false if it is not in, because its time has come or it was taken out. */
  boolean remove(N node) {
    synchronized (lock) {
      // The wake-up stays; finding nothing due then, it sets the next one.
      return heap.remove(node);
    }
  }

  /** Takes out all that waits. */
  List<N> removeAll() {
    List<N> all = new ArrayList<>();
    synchronized (lock) {
      while (heap.size() > 0) {
        all.add(heap.poll());
      }
    }
    return all;
  }

  /** Sees to it that the wake-up is set, which may have failed before. */
  void watch() {
    synchronized (lock) {
      arm();
    }
  }

  // Guarded by the lock.
  private void arm() {
    N first = heap.peek();
    if (first != null) {
      wakeUp.notAfter(first.due());
    }
  }

  private void wake() {
    List<N> ready = new ArrayList<>(DUE_MAX);
    try {
      synchronized (lock) {
        long present = now.getAsLong();
        N first = heap.peek();
        while (first != null && first.due() <= present && ready.size() < DUE_MAX) {
          ready.add(heap.poll());
          first = heap.peek();
        }
        arm();
      }
    } finally {
      // Whether or not the next wake-up could be set: they are out.
      ready.forEach(due);
    }
  }
}
