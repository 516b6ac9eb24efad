// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import org.jspecify.annotations.Nullable;

/** Times on the wire: RFC 3339 in UTC with milliseconds. */
public final class TimeText {
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();
  private static final int LENGTH_MAX = 40;
  private static final int YEAR_MAX = 9999;

  private TimeText() {}

  /** The time with exactly three digits of a second; what is finer is cut off. */
  public static String format(Instant time) {
    return MILLIS.format(time);
  }

  /**
   * Reads a time with any offset.
   *
   * @throws IllegalArgumentException for anything else; the message says what to write
   */
  public static Instant parse(String text) {
    if (text.length() <= LENGTH_MAX) {
      try {
        OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
        if (time.getYear() >= 0 && time.getYear() <= YEAR_MAX) {
          return time.toInstant();
        }
      } catch (DateTimeException e) {
        throw unreadable(e);
      }
    }
    throw unreadable(null);
  }

  private static IllegalArgumentException unreadable(@Nullable DateTimeException cause) {
    return new IllegalArgumentException("is no time: write it like 2026-11-20T12:00:00Z", cause);
  }
}
