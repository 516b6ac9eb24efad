// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Timers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers on one thread that sleeps until exactly the earliest of them, however many there are.
 *
 * <p>The pending call-backs are a {@link DueHeap}: setting and cancelling cost O(log n). The thread
 * sleeps on the monotonic clock but fires by the wall clock, so it looks up at least once a second:
 * a wall clock that jumps forward is noticed within that time, and one that jumps backward never
 * makes anything early.
 */
final class HeapTimers implements Timers, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HeapTimers.class);
  private static final int FIRED_MAX = 1_024;
  private static final long NAP_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

  private final InstantSource clock;
  // Protects the heap, and the changes of the closed flag.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final DueHeap<Entry> heap = new DueHeap<>();
  private volatile boolean isClosed;

  HeapTimers(InstantSource clock, ThreadFactory threads) {
    this.clock = clock;
    threads.newThread(this::loop).start();
  }

  @Override
  public Timer at(Instant when, Runnable action) {
    Entry entry = new Entry(DueHeap.nanos(when), action);
    lock.lock();
    try {
      if (isClosed) {
        return () -> false;
      }
      heap.add(entry);
      if (heap.peek() == entry) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    return entry;
  }

  private void loop() {
    List<Entry> due = new ArrayList<>(FIRED_MAX);
    while (awaitDue(due)) {
      for (Entry entry : due) {
        if (!isClosed) {
          fire(entry);
        }
      }
      due.clear();
    }
  }

  /** Fills in what is due, sleeping until something is. False once closed. */
  private boolean awaitDue(List<Entry> due) {
    lock.lock();
    try {
      while (!isClosed) {
        Entry first = heap.peek();
        if (first == null) {
          changed.awaitUninterruptibly();
          continue;
        }
        long now = DueHeap.nanos(clock.instant());
        if (first.due() > now) {
          nap(first.due() - now);
          continue;
        }
        takeDue(due, now);
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void takeDue(List<Entry> due, long now) {
    Entry next = heap.peek();
    while (next != null && next.due() <= now && due.size() < FIRED_MAX) {
      due.add(heap.poll());
      next = heap.peek();
    }
  }

  // A spurious or early return is harmless: the caller looks at the clock again.
  @SuppressWarnings("WaitNotInLoop")
  private void nap(long nanos) {
    // The difference of two far times overflows; that is a long nap too.
    long bounded = nanos < 0 ? NAP_NANOS_MAX : Math.min(nanos, NAP_NANOS_MAX);
    try {
      changed.awaitNanos(bounded);
    } catch (InterruptedException stray) {
      // Nobody who owns this thread interrupts it; close() signals instead.
      log.debug("timer thread was interrupted", stray);
    }
  }

  private static void fire(Entry entry) {
    try {
      entry.action.run();
    } catch (Throwable failure) {
      // Errors too: the other timers must fire whatever one of them does.
      log.error("a timer's action failed", failure);
    }
  }

  /** Fires nothing more. What is pending is dropped. */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      heap.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private final class Entry extends DueHeap.Node implements Timer {
    private final Runnable action;

    Entry(long due, Runnable action) {
      super(due);
      this.action = action;
    }

    @Override
    public boolean cancel() {
      lock.lock();
      try {
        return heap.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }
}
