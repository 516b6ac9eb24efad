// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One timer for many times: wakes at the earliest that was asked for, and then not again until it
 * is asked; but an action that fails, as when there is no memory, runs again in a moment.
 * Thread-safe; asking for a time later than the earliest costs one volatile read.
 */
final class WakeUp {
  private static final Duration AGAIN = Duration.ofMillis(100);

  private final Timers timers;
  private final Alarm alarm;
  private final Runnable action;
  private final Object lock = new Object();
  // Written under the lock, read anywhere.
  private volatile long earliest = Long.MAX_VALUE;
  // Guarded by the lock.
  private Timers.@Nullable Timer timer;

  private WakeUp(Timers timers, Alarm alarm, Runnable action) {
    this.timers = timers;
    this.alarm = alarm;
    this.action = action;
  }

  /** Sets the timer for a time of one of the clocks. */
  private interface Alarm {
    Timers.Timer set(long due, Runnable action);
  }

  /**
   * Wakes at times of the wall clock, as {@link DueHeap#nanos}.
   *
   * @param action runs on the timers' thread, and asks for the next time itself
   */
  static WakeUp byClock(Environment environment, Runnable action) {
    Timers timers = environment.timers();
    return new WakeUp(timers, (due, wake) -> timers.at(Instant.EPOCH.plusNanos(due), wake), action);
  }

  /**
   * Wakes at times of {@link Timers#nanoTime}.
   *
   * @param action runs on the timers' thread, and asks for the next time itself
   */
  static WakeUp byElapsed(Environment environment, Runnable action) {
    Timers timers = environment.timers();
    return new WakeUp(
        timers,
        (due, wake) -> timers.after(Duration.ofNanos(due - timers.nanoTime()), wake),
        action);
  }

  /** Sees to it that the action runs once this time has come. */
  void notAfter(long due) {
    if (due >= earliest) {
      return;
    }
    synchronized (lock) {
      if (due >= earliest) {
        return;
      }
      // First of all: where no timer can be set, the one that is set must stay.
      set(due, alarm.set(due, () -> wake(due)));
    }
  }

  private void wake(long due) {
    synchronized (lock) {
      if (due != earliest) {
        // An earlier time took this one's place while it was about to fire.
        return;
      }
      earliest = Long.MAX_VALUE;
    }
    try {
      action.run();
    } catch (Throwable failure) {
      again(due);
      throw failure;
    }
  }

  private void again(long due) {
    synchronized (lock) {
      if (due < earliest) {
        set(due, timers.after(AGAIN, () -> wake(due)));
      }
    }
  }

  // Guarded by the lock.
  private void set(long due, Timers.Timer changed) {
    Timers.Timer former = timer;
    if (former != null) {
      former.cancel();
    }
    earliest = due;
    timer = changed;
  }

  /** Forgets the time that was asked for. */
  void cancel() {
    synchronized (lock) {
      Timers.Timer former = timer;
      if (former != null) {
        former.cancel();
      }
      earliest = Long.MAX_VALUE;
      timer = null;
    }
  }
}
