// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What waits for its time, in one {@link DueHeap} with one exact wake-up, however much it is.
 * Thread-safe.
 *
 * @param <N> what waits
 */
final class DelayLine<N extends DueHeap.Node> {
  private static final int DUE_MAX = 1_024;

  private final Environment environment;
  private final Consumer<? super N> due;
  private final WakeUp wakeUp;
  private final Object lock = new Object();
  // Guarded by the lock.
  private final DueHeap<N> heap = new DueHeap<>();

  /**
   * Creates an empty line.
   *
   * @param due gets each node when its time has come, on the timers' thread; must not throw
   */
  DelayLine(Environment environment, Consumer<? super N> due) {
    this.environment = environment;
    this.due = due;
    this.wakeUp = WakeUp.byClock(environment, this::wake);
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
        long now = DueHeap.nanos(environment.clock().instant());
        N first = heap.peek();
        while (first != null && first.due() <= now && ready.size() < DUE_MAX) {
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
