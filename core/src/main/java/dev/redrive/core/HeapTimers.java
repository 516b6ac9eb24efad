// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers on one thread that sleeps until exactly the earliest of them, however many there are.
 *
 * <p>The pending call-backs are two {@link DueHeap}s, one for each clock: setting and cancelling
 * cost O(log n). The thread sleeps on the monotonic clock, so it looks up at least once a second
 * while anything waits for the wall clock: one that jumps forward is noticed within that time, and
 * one that jumps backward never makes anything early.
 */
final class HeapTimers implements Timers, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HeapTimers.class);
  private static final int FIRED_MAX = 1_024;
  private static final long NAP_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoTime;
  private final long origin;
  // Protects the heaps, and the changes of the closed flag.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Line byClock;
  private final Line byElapsed;
  private volatile boolean isClosed;

  HeapTimers(InstantSource clock, LongSupplier nanoTime, ThreadFactory threads) {
    this.nanoTime = nanoTime;
    this.origin = nanoTime.getAsLong();
    this.byClock = new Line(() -> DueHeap.nanos(clock.instant()));
    this.byElapsed = new Line(this::nanoTime);
    threads.newThread(this::loop).start();
  }

  /** What waits for one of the clocks. */
  private static final class Line {
    private final LongSupplier now;
    private final DueHeap<Entry> heap = new DueHeap<>();

    Line(LongSupplier now) {
      this.now = now;
    }

    void takeDue(List<Entry> due) {
      Entry next = heap.peek();
      if (next == null) {
        return;
      }
      long reached = now.getAsLong();
      for (int i = 0; next != null && next.due() <= reached && i < FIRED_MAX; i++) {
        due.add(heap.poll());
        next = heap.peek();
      }
    }

    /** How long until the first is due, at most a nap; as long as can be said if there is none. */
    long nap() {
      Entry first = heap.peek();
      if (first == null) {
        return Long.MAX_VALUE;
      }
      long reached = now.getAsLong();
      if (first.due() <= reached) {
        return 0;
      }
      // The difference of two far times overflows; that is a long nap too.
      long nanos = first.due() - reached;
      return nanos < 0 ? NAP_NANOS_MAX : Math.min(nanos, NAP_NANOS_MAX);
    }
  }

  // Counted from its beginning, so that sums and differences do not overflow.
  @Override
  public long nanoTime() {
    return nanoTime.getAsLong() - origin;
  }

  @Override
  public Timer at(Instant when, Runnable action) {
    return add(new Entry(byClock, DueHeap.nanos(when), action));
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    long nanos = delay.isNegative() ? 0 : Times.nanos(delay);
    return add(new Entry(byElapsed, Times.later(nanoTime(), nanos), action));
  }

  private Timer add(Entry entry) {
    lock.lock();
    try {
      if (isClosed) {
        return () -> false;
      }
      DueHeap<Entry> heap = entry.line.heap;
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
        byClock.takeDue(due);
        byElapsed.takeDue(due);
        if (!due.isEmpty()) {
          return true;
        }
        nap(Math.min(byClock.nap(), byElapsed.nap()));
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  // A spurious or early return is harmless: the caller looks at the clocks again.
  @SuppressWarnings("WaitNotInLoop")
  private void nap(long nanos) {
    try {
      changed.awaitNanos(nanos);
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
      byClock.heap.clear();
      byElapsed.heap.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private final class Entry extends DueHeap.Node implements Timer {
    private final Line line;
    private final Runnable action;

    Entry(Line line, long due, Runnable action) {
      super(due);
      this.line = line;
      this.action = action;
    }

    @Override
    public boolean cancel() {
      lock.lock();
      try {
        return line.heap.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }
}
