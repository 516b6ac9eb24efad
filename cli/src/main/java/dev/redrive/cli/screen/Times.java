// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes durations and times as people do. */
public final class Times {
  private static final Pattern PART = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
  private static final DateTimeFormatter CLOCK_TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final DateTimeFormatter DATE_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private Times() {}

  /**
   * Reads {@code 30s}, {@code 1h30m}, {@code 250ms}, {@code 2d} or {@code PT30S}.
   *
   * @throws IllegalArgumentException saying what is accepted
   */
  public static Duration duration(String text) {
    if (text.regionMatches(true, 0, "P", 0, 1)) {
      try {
        return Duration.parse(text);
      } catch (DateTimeException e) {
        throw notADuration(text, e);
      }
    }
    Matcher part = PART.matcher(text);
    Duration sum = Duration.ZERO;
    int read = 0;
    while (read < text.length() && part.find(read) && part.start() == read) {
      sum = sum.plus(amount(Long.parseLong(part.group(1)), part.group(2)));
      read = part.end();
    }
    if (read == 0 || read < text.length()) {
      throw notADuration(text, null);
    }
    return sum;
  }

  private static IllegalArgumentException notADuration(
      String text, @org.jspecify.annotations.Nullable Exception cause) {
    return new IllegalArgumentException(
        "'" + text + "' is not a duration; write it as 250ms, 30s, 5m, 1h30m, 2d or PT30S", cause);
  }

  private static Duration amount(long count, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** Reads a time, or a duration as that long after now. As {@link #past}. */
  public static Instant future(String text, Clock clock) {
    return isDuration(text) ? clock.instant().plus(duration(text)) : time(text, clock.getZone());
  }

  /**
   * Reads a time, or a duration as that long ago: {@code 2026-11-20T14:00:00Z}, {@code
   * 2026-11-20T14:00} in the clock's zone, {@code 2026-11-20} or {@code 2h}.
   *
   * @throws IllegalArgumentException saying what is accepted
   */
  public static Instant past(String text, Clock clock) {
    return isDuration(text) ? clock.instant().minus(duration(text)) : time(text, clock.getZone());
  }

  private static boolean isDuration(String text) {
    return text.matches("[Pp].*|\\d+(ms|[smhd]).*");
  }

  private static Instant time(String text, ZoneId zone) {
    String iso = text.replace(' ', 'T');
    try {
      if (iso.matches("\\d{4}-\\d\\d-\\d\\d")) {
        return LocalDate.parse(iso).atStartOfDay(zone).toInstant();
      }
      return iso.matches(".*(Z|z|[+-]\\d\\d:?\\d\\d)")
          ? OffsetDateTime.parse(iso).toInstant()
          : LocalDateTime.parse(iso).atZone(zone).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a time; write it as 2026-11-20T14:00:00Z, 2026-11-20T14:00 (local time)"
              + " or a duration like 2h",
          e);
    }
  }

  /** How long, in at most two units: {@code 340 ms}, {@code 1.2 s}, {@code 3 min 20 s}. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1_000) {
      return millis + " ms";
    }
    if (millis < 10_000) {
      return millis / 1_000 + (millis % 1_000 < 100 ? "" : "." + millis % 1_000 / 100) + " s";
    }
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3_600) {
      return two(seconds / 60, "min", seconds % 60, "s");
    }
    return seconds < 86_400
        ? two(seconds / 3_600, "h", seconds % 3_600 / 60, "min")
        : two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h");
  }

  private static String two(long big, String bigUnit, long small, String smallUnit) {
    return big + " " + bigUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
  }

  /** How far from now: {@code in 12 s}, {@code 3 min ago}, {@code now}. */
  public static String fromNow(Instant time, Clock clock) {
    Duration ahead = Duration.between(clock.instant(), time);
    if (ahead.abs().toMillis() < 1_000) {
      return "now";
    }
    Duration whole = Duration.ofSeconds(ahead.abs().plusMillis(500).toSeconds());
    return ahead.isNegative() ? text(whole) + " ago" : "in " + text(whole);
  }

  /** The time of day in the clock's zone. */
  public static String timeOfDay(Instant time, Clock clock) {
    return CLOCK_TIME.format(time.atZone(clock.getZone()));
  }

  /** Date and time in the clock's zone, and how far that is from now. */
  public static String full(Instant time, Clock clock) {
    return DATE_TIME.format(time.atZone(clock.getZone())) + "  (" + fromNow(time, clock) + ")";
  }
}
