// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as transports keep them: whole milliseconds, rounded up so that nothing becomes early. */
final class Times {
  // Instants beyond this cannot be written in every transport; nobody means them.
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");
  private static final Duration NANOS_MAX = Duration.ofNanos(Long.MAX_VALUE);

  private Times() {}

  static Instant ceil(Instant time) {
    if (time.isAfter(LATEST)) {
      return LATEST;
    }
    Instant floor = time.truncatedTo(ChronoUnit.MILLIS);
    return floor.equals(time) ? floor : floor.plusMillis(1);
  }

  /**
   * The time after the delay, in whole milliseconds; no overflow, however long the delay is, and
   * none before now.
   */
  static Instant after(Instant now, Duration delay) {
    if (delay.isNegative()) {
      return ceil(now);
    }
    Duration most = Duration.between(now, LATEST);
    return delay.compareTo(most) >= 0 ? LATEST : ceil(now.plus(delay));
  }

  /** In nanoseconds; what is longer than these can say, some 292 years, is that long. */
  static long nanos(Duration duration) {
    return duration.compareTo(NANOS_MAX) >= 0 ? Long.MAX_VALUE : duration.toNanos();
  }

  /** So many nanoseconds later than a time that is not negative; no overflow. */
  static long later(long time, long nanos) {
    long later = time + nanos;
    return later < 0 ? Long.MAX_VALUE : later;
  }
}
