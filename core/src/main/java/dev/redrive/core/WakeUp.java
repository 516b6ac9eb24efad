// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One timer for many times: wakes at the earliest that was asked for, and then not again until it
 * is asked. Thread-safe; asking for a time later than the earliest costs one volatile read.
 */
final class WakeUp {
  private final Alarm alarm;
  private final Runnable action;
  private final Object lock = new Object();
  // Written under the lock, read anywhere.
  private volatile long earliest = Long.MAX_VALUE;
  // Guarded by the lock.
  private Timers.@Nullable Timer timer;

  private WakeUp(Alarm alarm, Runnable action) {
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
    return new WakeUp(
        (due, wake) -> environment.timers().at(Instant.EPOCH.plusNanos(due), wake), action);
  }

  /**
   * Wakes at times of {@link Timers#nanoTime}.
   *
   * @param action runs on the timers' thread, and asks for the next time itself
   */
  static WakeUp byElapsed(Environment environment, Runnable action) {
    Timers timers = environment.timers();
    return new WakeUp(
        (due, wake) -> timers.after(Duration.ofNanos(due - timers.nanoTime()), wake), action);
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
      Timers.Timer earlier = alarm.set(due, () -> wake(due));
      Timers.Timer later = timer;
      if (later != null) {
        later.cancel();
      }
      earliest = due;
      timer = earlier;
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
    action.run();
  }
}
