// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Wakes somebody at the earliest time that was asked for, by one of the two clocks. Guarded by a
 * lock that who uses it holds.
 *
 * @param <T> a time of that clock
 */
final class Alarm<T extends Comparable<T>> {
  private final BiFunction<T, Runnable, Timers.Timer> clock;
  private final Object lock;
  private final Runnable action;
  // Null while no timer is set, both of them.
  private Timers.@Nullable Timer timer;
  private @Nullable T time;

  private Alarm(BiFunction<T, Runnable, Timers.Timer> clock, Object lock, Runnable action) {
    this.clock = clock;
    this.lock = lock;
    this.action = action;
  }

  /** Wakes at times of the wall clock. The action runs under the lock. */
  static Alarm<Instant> byClock(Timers timers, Object lock, Runnable action) {
    return new Alarm<>(timers::at, lock, action);
  }

  /** Wakes at times of {@link Timers#nanoTime}. The action runs under the lock. */
  static Alarm<Long> byElapsed(Timers timers, Object lock, Runnable action) {
    return new Alarm<>(
        (time, wake) -> timers.after(Duration.ofNanos(time - timers.nanoTime()), wake),
        lock,
        action);
  }

  /** Sees to it that somebody is woken at this time, if there is one, or before. */
  void notAfter(Optional<T> wanted) {
    if (wanted.isEmpty() || (time != null && wanted.get().compareTo(time) >= 0)) {
      return;
    }
    cancel();
    time = wanted.get();
    timer = clock.apply(wanted.get(), this::ring);
  }

  private void ring() {
    synchronized (lock) {
      timer = null;
      time = null;
      action.run();
    }
  }

  void cancel() {
    if (timer != null) {
      timer.cancel();
    }
    timer = null;
    time = null;
  }
}
