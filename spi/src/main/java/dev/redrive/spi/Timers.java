// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.Duration;
import java.time.Instant;

/**
 * Calls back at a time, or after one. Thread-safe; setting and cancelling cost at most O(log n).
 * Actions run on the timers' own thread, so they must be short and must not block.
 *
 * <p>There are two clocks: the environment's wall clock, which may jump, for what is due at a time
 * of day; and one that only ever goes on, for how long something takes. A wall clock that is set
 * must end no timeout and no lease.
 */
public interface Timers {

  /**
   * Runs the action once, at this time of the environment's clock or as soon after as possible,
   * never before.
   */
  Timer at(Instant when, Runnable action);

  /**
   * Runs the action once, when this much time has passed or as soon after as possible, never
   * before, whatever the environment's clock does meanwhile.
   */
  Timer after(Duration delay, Runnable action);

  /**
   * Nanoseconds of the clock of {@link #after}, from a beginning of its own: only two such times of
   * the same timers can be compared.
   */
  long nanoTime();

  /**
   * What {@link #nanoTime} shows when this much time has passed, or the largest number there is.
   */
  default long nanoTimeAfter(Duration delay) {
    long now = nanoTime();
    Duration most = Duration.ofNanos(Long.MAX_VALUE - Math.max(0, now));
    return delay.compareTo(most) >= 0 ? Long.MAX_VALUE : now + delay.toNanos();
  }

  /** A call-back that was set. */
  interface Timer {

    /** Takes the call-back back. False if it ran, is running, or was cancelled before. */
    boolean cancel();
  }
}
