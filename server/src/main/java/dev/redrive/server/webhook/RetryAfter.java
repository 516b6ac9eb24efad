// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads {@code Retry-After} (RFC 9110, 10.2.3): seconds, or a date in any of the three forms of
 * HTTP.
 */
final class RetryAfter {
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,18}");
  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC);

  private RetryAfter() {}

  /**
   * The wait from now on, between zero and the longest; empty when there is none or it cannot be
   * read.
   */
  static Optional<Duration> parse(String value, Instant now, Duration longest) {
    String text = value.strip();
    Optional<Duration> wait =
        SECONDS.matcher(text).matches()
            ? Optional.of(Duration.ofSeconds(Long.parseLong(text)))
            : date(text, now).map(date -> Duration.between(now, date));
    return wait.map(asked -> clamp(asked, longest));
  }

  private static Duration clamp(Duration asked, Duration longest) {
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(longest) > 0 ? longest : asked;
  }

  private static Optional<Instant> date(String text, Instant now) {
    return date(text, DateTimeFormatter.RFC_1123_DATE_TIME)
        .or(() -> date(text, rfc850(now)))
        .or(() -> date(text, ASCTIME));
  }

  private static Optional<Instant> date(String text, DateTimeFormatter format) {
    try {
      return Optional.of(format.parse(text, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /**
   * A year of two digits is read as the one nearest to now: at most 50 years ahead (RFC 9110,
   * 5.6.7).
   */
  private static DateTimeFormatter rfc850(Instant now) {
    int year = now.atZone(ZoneOffset.UTC).getYear();
    return new DateTimeFormatterBuilder()
        .appendPattern("EEEE, dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, year - 49)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.US)
        .withZone(ZoneOffset.UTC);
  }
}
