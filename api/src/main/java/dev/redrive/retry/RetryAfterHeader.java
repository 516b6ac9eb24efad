// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the HTTP header {@code Retry-After} (RFC 9110, section 10.2.3). */
public final class RetryAfterHeader {

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,18}");

  private RetryAfterHeader() {}

  /**
   * The time that the header asks for.
   *
   * @param value the header's value: a number of seconds or an HTTP date
   * @param now against which a date is measured
   * @return zero for a date that has passed, at most {@link Backoff#DELAY_MAX}; empty for a value
   *     that cannot be read, which RFC 9110 lets a client ignore
   */
  public static Optional<Duration> parse(String value, Instant now) {
    String text = value.strip();
    if (SECONDS.matcher(text).matches()) {
      return Optional.of(DelayWindow.bounded(Duration.ofSeconds(Long.parseLong(text))));
    }
    try {
      Instant date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
      return Optional.of(DelayWindow.bounded(Duration.between(now, date)));
    } catch (DateTimeException unreadable) {
      return Optional.empty();
    }
  }
}
