// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.time.Duration;
import java.time.Instant;

/** Times and durations as the whole milliseconds that the database keeps. */
final class Millis {
  /** Later than any time that comes; sums with it do not overflow. */
  static final long FAR = Long.MAX_VALUE / 4;

  private Millis() {}

  /** A time that nothing may come before: rounded up. */
  static long notBefore(Instant time) {
    if (time.isAfter(Instant.ofEpochMilli(FAR))) {
      return FAR;
    }
    if (time.isBefore(Instant.EPOCH)) {
      return 0;
    }
    long millis = time.toEpochMilli();
    return Instant.ofEpochMilli(millis).equals(time) ? millis : millis + 1;
  }

  static long of(Duration duration) {
    return duration.compareTo(Duration.ofMillis(FAR)) > 0 ? FAR : duration.toMillis();
  }
}
