// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The delays that are possible, both ends included, each as likely as any other.
 *
 * <p>All bounds are within {@link Backoff#DELAY_MAX}, so that nanoseconds fit a long and can be
 * tripled without overflow.
 */
record DelayWindow(Duration earliest, Duration latest) {

  /** Wider windows are drawn from in whole milliseconds, which is what headers and stores carry. */
  private static final long WIDE_NANOS = 100_000_000L;

  private static final long MILLI_NANOS = 1_000_000L;

  DelayWindow {
    if (earliest.isNegative() || earliest.compareTo(latest) > 0) {
      throw new IllegalArgumentException("no window: " + earliest + " to " + latest);
    }
  }

  static DelayWindow at(Duration delay) {
    return new DelayWindow(delay, delay);
  }

  Duration draw(RandomGenerator random) {
    long width = latest.minus(earliest).toNanos();
    if (width == 0) {
      return earliest;
    }
    long unit = width >= WIDE_NANOS ? MILLI_NANOS : 1;
    return earliest.plusNanos(unit * random.nextLong(width / unit + 1));
  }

  /** Moves the window so that it starts no sooner than the floor and keeps a spread behind it. */
  DelayWindow atLeast(Duration floor, Duration spread) {
    Duration end = bounded(floor.plus(spread));
    return new DelayWindow(max(earliest, floor), max(latest, end));
  }

  /** The delay brought between zero and the maximum, for one that comes from foreign code. */
  static Duration bounded(Duration delay) {
    return max(Duration.ZERO, min(delay, Backoff.DELAY_MAX));
  }

  /** Refuses a delay that is not between zero and the maximum. */
  static Duration checked(Duration delay, String name) {
    if (delay.isNegative() || delay.compareTo(Backoff.DELAY_MAX) > 0) {
      throw new IllegalArgumentException(
          "%s is %s: it must be from 0s to %s"
              .formatted(
                  name, DurationText.rounded(delay), DurationText.format(Backoff.DELAY_MAX)));
    }
    return delay;
  }

  static Duration min(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  static Duration max(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /** {@code 4s}, or {@code 0s to 4s}. */
  @Override
  public String toString() {
    String from = DurationText.rounded(earliest);
    String to = DurationText.rounded(latest);
    return from.equals(to) ? from : from + " to " + to;
  }
}
