// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them in configuration, on a command line and in a request header.
 *
 * <p>A duration is one or more numbers, each with its unit, the greater unit first: {@code 10s},
 * {@code 1500ms}, {@code 1.5s}, {@code 2h}, {@code 1h30m}, {@code 7d}. The units are {@code d} (24
 * hours), {@code h}, {@code m}, {@code s} and {@code ms}. The ISO 8601 form, {@code PT30S}, is
 * understood as well. A number without a unit is refused, since nobody can tell what it counts.
 */
public final class DurationText {

  private static final int LENGTH_MAX = 64;

  private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|[dhms])");

  private static final Pattern NUMBER = Pattern.compile("[0-9]+(?:\\.[0-9]+)?");

  private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);

  /** The longest that {@link Duration} can hold, a little less than 300 thousand million years. */
  private static final BigDecimal SECONDS_MAX = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final List<Unit> UNITS =
      List.of(
          new Unit("d", Duration.ofDays(1)),
          new Unit("h", Duration.ofHours(1)),
          new Unit("m", Duration.ofMinutes(1)),
          new Unit("s", Duration.ofSeconds(1)),
          new Unit("ms", Duration.ofMillis(1)));

  private record Unit(String name, Duration length) {}

  private DurationText() {}

  /**
   * The duration that the text says.
   *
   * @return zero or more
   * @throws IllegalArgumentException for a text that is no such duration; the message says what to
   *     write
   */
  public static Duration parse(String text) {
    String stripped = text.strip();
    if (stripped.length() > LENGTH_MAX) {
      throw new IllegalArgumentException(
          "a duration has at most " + LENGTH_MAX + " characters, not " + stripped.length());
    }
    if (NUMBER.matcher(stripped).matches()) {
      throw new IllegalArgumentException(
          "`" + stripped + "` has no unit: write `" + stripped + "s` for seconds");
    }
    Duration duration =
        stripped.toUpperCase(Locale.ROOT).startsWith("P") ? iso(stripped) : parts(stripped);
    if (duration.isNegative()) {
      throw new IllegalArgumentException("`" + stripped + "` is negative");
    }
    return duration;
  }

  /**
   * The shortest text that {@link #parse} reads back as the same duration: {@code 1h30m}, {@code
   * 1.5s}, {@code 500ms}, {@code 0s}.
   *
   * @throws IllegalArgumentException for a negative duration
   */
  public static String format(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(duration + " is negative");
    }
    if (duration.compareTo(Duration.ofSeconds(1)) < 0 && !duration.isZero()) {
      return plain(BigDecimal.valueOf(duration.toNanos(), 6)) + "ms";
    }
    StringBuilder text = new StringBuilder();
    append(text, duration.toDays(), "d");
    append(text, duration.toHoursPart(), "h");
    append(text, duration.toMinutesPart(), "m");
    BigDecimal seconds =
        BigDecimal.valueOf(duration.toSecondsPart())
            .add(BigDecimal.valueOf(duration.toNanosPart(), 9));
    if (seconds.signum() != 0 || text.isEmpty()) {
      text.append(plain(seconds)).append('s');
    }
    return text.toString();
  }

  /** For people: to the millisecond, and without failing on a negative duration. */
  static String rounded(Duration duration) {
    if (duration.isNegative()) {
      return duration.toString();
    }
    boolean isRoundable = duration.compareTo(Backoff.DELAY_MAX.multipliedBy(2)) < 0;
    Duration half = isRoundable ? Duration.ofNanos(500_000) : Duration.ZERO;
    return format(duration.plus(half).truncatedTo(ChronoUnit.MILLIS));
  }

  private static void append(StringBuilder text, long count, String unit) {
    if (count != 0) {
      text.append(count).append(unit);
    }
  }

  private static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  private static Duration iso(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeException e) {
      throw unreadable(text);
    }
  }

  private static Duration parts(String text) {
    Matcher matcher = PART.matcher(text);
    BigDecimal seconds = BigDecimal.ZERO;
    int end = 0;
    int smallestUnit = -1;
    boolean hasFraction = false;
    while (end < text.length()) {
      if (!matcher.find(end) || matcher.start() != end || hasFraction) {
        throw unreadable(text);
      }
      int unit = unitIndex(matcher.group(2));
      if (unit <= smallestUnit) {
        throw unreadable(text);
      }
      BigDecimal number = new BigDecimal(matcher.group(1));
      seconds = seconds.add(number.multiply(secondsIn(UNITS.get(unit))));
      hasFraction = matcher.group(1).indexOf('.') >= 0;
      smallestUnit = unit;
      end = matcher.end();
    }
    if (smallestUnit < 0) {
      throw unreadable(text);
    }
    return ofSeconds(seconds, text);
  }

  private static int unitIndex(String name) {
    for (int i = 0; i < UNITS.size(); i++) {
      if (UNITS.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalStateException("the pattern knows a unit that the list does not: " + name);
  }

  private static BigDecimal secondsIn(Unit unit) {
    return BigDecimal.valueOf(unit.length().toNanos(), 9);
  }

  private static Duration ofSeconds(BigDecimal seconds, String text) {
    BigDecimal whole = seconds.setScale(0, RoundingMode.DOWN);
    if (whole.compareTo(SECONDS_MAX) > 0) {
      throw new IllegalArgumentException("`" + text + "` is too long");
    }
    BigDecimal nanos = seconds.subtract(whole).multiply(NANOS_PER_SECOND);
    if (nanos.stripTrailingZeros().scale() > 0) {
      throw new IllegalArgumentException("`" + text + "` is finer than a nanosecond");
    }
    return Duration.ofSeconds(whole.longValueExact(), nanos.longValueExact());
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "`" + text + "` is no duration: write it like 500ms, 10s, 5m, 1h30m, 7d or PT30S");
  }
}
