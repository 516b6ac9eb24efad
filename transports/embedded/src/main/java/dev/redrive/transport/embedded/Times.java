// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.time.Duration;
import java.time.Instant;

/** Turns instants into the store's milliseconds, never to an earlier time. */
final class Times {
  /** For at once. */
  static final long AT_ONCE = 0;

  /** The year 10889: far enough for everybody, and far from overflowing. */
  private static final long LATEST = 1L << 48;

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
}
