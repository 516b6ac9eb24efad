// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * Lets a dependency that is back have its messages little by little: what has gathered during an
 * outage would bring it down again. It begins with a tenth of the rate that was steady before,
 * doubles every few seconds up to nearly twice that rate, and stays there until nothing has waited
 * for it for a while. Where no steady rate is known it begins with a few a second and goes on
 * doubling.
 *
 * <p>The rate is kept by the generic cell rate algorithm (ITU-T I.371): each pass moves the time of
 * the next by what one costs at the rate of this moment, and may come {@link #SLACK} early. So a
 * second has 1.05 times the rate at most, which is why the rate stops at {@link #MOST}: together
 * that is less than twice the steady one.
 *
 * <p>Times are those of the timers' clock. Thread-safe.
 */
final class Ramp {
  /** What a dependency of which nothing is known, or that is hardly used, is trusted with. */
  static final double FLOOR = 10;

  private static final double BEGIN = 0.1;
  private static final double MOST = 1.9;
  private static final double BEGIN_MIN = 1;
  private static final double SECOND = 1e9;
  private static final double DOUBLING = 4 * SECOND;
  private static final long SLACK = Duration.ofMillis(50).toNanos();
  // At high rates some pass together, instead of one a timer.
  private static final long WAIT_MIN = Duration.ofMillis(10).toNanos();
  private static final long QUIET = Duration.ofSeconds(10).toNanos();
  // Then what is asked for has become more for good, and waiting on would only let it grow.
  private static final double MOST_ENDS = Duration.ofHours(1).toNanos();
  private static final double DOUBLING_AFTER = 60 * SECOND;

  private final Object lock = new Object();
  private volatile boolean isOn;
  // All below is guarded by the lock.
  private double first = FLOOR;
  private double most = Double.POSITIVE_INFINITY;
  private long began;
  private long next;
  private long lastWait;

  boolean isOn() {
    return isOn;
  }

  /** The dependency is down. What was steady before counts, unless that is still being ramped. */
  void end(OptionalDouble steady) {
    synchronized (lock) {
      if (!isOn) {
        remember(steady);
      }
      isOn = false;
    }
  }

  // Guarded by the lock.
  private void remember(OptionalDouble steady) {
    if (steady.isPresent()) {
      first = Math.max(BEGIN_MIN, BEGIN * steady.getAsDouble());
      most = Math.max(FLOOR / 2, steady.getAsDouble()) * MOST;
    } else {
      first = FLOOR;
      most = Double.POSITIVE_INFINITY;
    }
  }

  /** The dependency is back. */
  void begin(long now) {
    synchronized (lock) {
      isOn = true;
      began = now;
      next = now;
      lastWait = now;
    }
  }

  /** Zero if one more may pass now, and then it has; else after how long to ask again. */
  long ask(long now) {
    synchronized (lock) {
      if (!isOn) {
        return 0;
      }
      if (next - now > SLACK) {
        lastWait = now;
        return Math.max(WAIT_MIN, next - now - SLACK);
      }
      next = Math.max(next, now) + (long) (SECOND / rate(now));
      isOn = now - lastWait < QUIET;
      return 0;
    }
  }

  // Guarded by the lock. In a second.
  private double rate(long now) {
    double since = now - began;
    double rising = first * Math.pow(2, since / DOUBLING);
    return since < MOST_ENDS
        ? Math.min(most, rising)
        : Math.min(most * Math.pow(2, (since - MOST_ENDS) / DOUBLING_AFTER), rising);
  }

  /** As many a second may be expected to pass once it is back. */
  double expected() {
    synchronized (lock) {
      return most == Double.POSITIVE_INFINITY ? FLOOR : most;
    }
  }
}
