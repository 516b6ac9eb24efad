// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.time.Duration;
import java.time.Instant;

/**
 * Turns instants into the store's milliseconds, never to an earlier time, and spans into numbers.
 */
final class Times {
  /** For at once. */
  static final long AT_ONCE = 0;

  /** The year 10889: far enough for everybody, and far from overflowing. */
  private static final long LATEST = 1L << 48;

  /** Some 146 years, as long a time from now as can be added up in nanoseconds. */
  private static final Duration NANOS_MAX = Duration.ofNanos(Long.MAX_VALUE / 2);

  private Times() {}

  /** When something is due: {@link #AT_ONCE} if not in the future, else rounded up. */
  static long due(Instant when, Instant now) {
    if (!when.isAfter(now)) {
      return AT_ONCE;
    }
    if (when.getEpochSecond() >= LATEST / 1_000) {
      return LATEST;
    }
    long floor = when.toEpochMilli();
    return Instant.ofEpochMilli(floor).isBefore(when) ? floor + 1 : floor;
  }

  /** A span in milliseconds, at least one. */
  static long span(Duration duration) {
    if (duration.toSeconds() >= LATEST / 1_000) {
      return LATEST;
    }
    return Math.max(1, duration.toMillis());
  }

  /** A span in nanoseconds, at least one. */
  static long nanos(Duration duration) {
    return duration.compareTo(NANOS_MAX) >= 0
        ? NANOS_MAX.toNanos()
        : Math.max(1, duration.toNanos());
  }

  /** A time in milliseconds, so long after another. */
  static long later(long now, Duration after) {
    return Math.min(LATEST, now + span(after));
  }
}
