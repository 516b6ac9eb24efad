// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Wakes somebody at the earliest time that was asked for, by one of the two clocks. Used by one
 * thread, but for the call-back.
 */
final class Alarm {
  private static final long NEVER = Long.MAX_VALUE;

  private final Clock clock;
  private final Runnable action;
  private Optional<Timers.Timer> timer = Optional.empty();
  private long time = NEVER;

  /** Set by the timer. */
  private volatile boolean hasFired;

  /** Sets a timer for a time of one of the clocks. */
  private interface Clock {
    Timers.Timer set(long time, Runnable action);
  }

  private Alarm(Clock clock, Runnable action) {
    this.clock = clock;
    this.action = action;
  }

  /** Wakes at times of the wall clock, in milliseconds. */
  static Alarm byClock(Timers timers, Runnable action) {
    return new Alarm((time, wake) -> timers.at(Instant.ofEpochMilli(time), wake), action);
  }

  /** Wakes at times of {@link Timers#nanoTime}. */
  static Alarm byElapsed(Timers timers, Runnable action) {
    return new Alarm(
        (time, wake) -> timers.after(Duration.ofNanos(time - timers.nanoTime()), wake), action);
  }

  /** Sees to it that somebody is woken at this time, or before. */
  void notAfter(long wanted) {
    if (hasFired) {
      hasFired = false;
      time = NEVER;
    }
    if (wanted < time) {
      cancel();
      time = wanted;
      timer = Optional.of(clock.set(wanted, this::fire));
    }
  }

  void cancel() {
    timer.ifPresent(Timers.Timer::cancel);
  }

  private void fire() {
    hasFired = true;
    action.run();
  }
}
