// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One timer for many times: wakes at the earliest that was asked for, and then not again until it
 * is asked. Thread-safe; asking for a time later than the earliest costs one volatile read.
 */
final class WakeUp {
  private final Environment environment;
  private final Runnable action;
  private final Object lock = new Object();
  // Written under the lock, read anywhere.
  private volatile long earliest = Long.MAX_VALUE;
  // Guarded by the lock.
  private Timers.@Nullable Timer timer;

  /**
   * Creates it, asked for no time yet.
   *
   * @param action runs on the timers' thread, and asks for the next time itself
   */
  WakeUp(Environment environment, Runnable action) {
    this.environment = environment;
    this.action = action;
  }

  /** Sees to it that the action runs once this time, as {@link DueHeap#nanos}, has come. */
  void notAfter(long due) {
    if (due >= earliest) {
      return;
    }
    synchronized (lock) {
      if (due >= earliest) {
        return;
      }
      Timers.Timer later = timer;
      if (later != null) {
        later.cancel();
      }
      earliest = due;
      timer = environment.timers().at(Instant.EPOCH.plusNanos(due), () -> wake(due));
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
