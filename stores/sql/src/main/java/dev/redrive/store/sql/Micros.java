// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.time.Duration;

/** Times as the tables count them. */
final class Micros {
  /** A hundred years, so that no sum overflows. */
  private static final Duration MAX = Duration.ofDays(36_500);

  private static final long NANOS = 1_000;

  private Micros() {}

  /** A span in microseconds, at least one. */
  static long of(Duration span) {
    Duration bounded = span.compareTo(MAX) > 0 ? MAX : span;
    return Math.max(1, Math.floorDiv(bounded.toNanos() + NANOS - 1, NANOS));
  }

  /** What is left of something that lasts, more than zero. */
  static Duration left(long micros) {
    return Duration.ofNanos(Math.max(1, micros) * NANOS);
  }
}
