// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/**
 * Times as they stand in headers: RFC 3339, in UTC, with milliseconds. Each message has two, and
 * the general formatter and parser take longer for them than all else that is done with its
 * headers. Thread-safe.
 */
public final class WireTime {
  // As it is written here, a digit for each 0; other programs may write it otherwise.
  private static final String FORM = "0000-00-00T00:00:00.000Z";
  private static final DateTimeFormatter WRITER =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);
  private static final int NANOS_PER_MILLI = 1_000_000;
  // Other years have a sign, or more digits.
  private static final Instant FORM_FROM = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant FORM_TO = Instant.parse("+10000-01-01T00:00:00Z");

  private WireTime() {}

  /** Writes a time, cut to milliseconds. */
  public static String write(Instant time) {
    boolean hasForm = !time.isBefore(FORM_FROM) && time.isBefore(FORM_TO);
    return hasForm ? writeFields(time) : WRITER.format(time);
  }

  private static String writeFields(Instant time) {
    LocalDateTime fields =
        LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
    char[] text = FORM.toCharArray();
    put(text, 0, 4, fields.getYear());
    put(text, 5, 7, fields.getMonthValue());
    put(text, 8, 10, fields.getDayOfMonth());
    put(text, 11, 13, fields.getHour());
    put(text, 14, 16, fields.getMinute());
    put(text, 17, 19, fields.getSecond());
    put(text, 20, 23, fields.getNano() / NANOS_PER_MILLI);
    return new String(text);
  }

  private static void put(char[] text, int from, int to, int number) {
    int left = number;
    for (int i = to - 1; i >= from; i--) {
      text[i] = (char) ('0' + left % 10);
      left /= 10;
    }
  }

  /**
   * Reads a time.
   *
   * @throws DateTimeException if it is none
   */
  public static Instant read(String text) {
    // What has another form, or is beyond the fields' bounds as a leap second is, has the other
    // way.
    return hasForm(text) && isWithinDay(text) ? readFields(text) : Instant.parse(text);
  }

  private static boolean hasForm(String text) {
    if (text.length() != FORM.length()) {
      return false;
    }
    for (int i = 0; i < FORM.length(); i++) {
      char form = FORM.charAt(i);
      char found = text.charAt(i);
      if (form == '0' ? found < '0' || found > '9' : found != form) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWithinDay(String text) {
    return field(text, 11, 13) < 24 && field(text, 17, 19) < 60;
  }

  private static Instant readFields(String text) {
    return LocalDateTime.of(
            field(text, 0, 4),
            field(text, 5, 7),
            field(text, 8, 10),
            field(text, 11, 13),
            field(text, 14, 16),
            field(text, 17, 19),
            field(text, 20, 23) * NANOS_PER_MILLI)
        .toInstant(ZoneOffset.UTC);
  }

  private static int field(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }
}
