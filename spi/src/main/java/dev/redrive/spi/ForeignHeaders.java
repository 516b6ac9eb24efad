// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.spi.FailureDialect.Part;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A message's headers, read in one dialect.
 *
 * @param dialect what they mean
 * @param all the headers
 */
record ForeignHeaders(FailureDialect dialect, Map<String, String> all) {
  private static final int ATTEMPTS_MAX = 1_000_000;
  private static final int TIME_CHARS_MAX = 40;
  // Sums of such a time and what is added to it do not overflow, nor do its milliseconds.
  private static final Instant FARTHEST = Instant.parse("9999-12-31T23:59:59Z");
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,7}");
  private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f]+");
  private static final Pattern CONTROL_IN_LINES = Pattern.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f]+");
  // NServiceBus has its own: a colon stands before the fraction.
  private static final DateTimeFormatter COLONS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss:SSSSSS 'Z'", Locale.ROOT);

  boolean tellOfDeath() {
    return dialect.tellsOfDeath(all);
  }

  private String first(Part part) {
    return dialect.names(part).stream()
        .map(name -> all.getOrDefault(name, ""))
        .filter(value -> !value.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** A text that may have several lines. */
  String text(Part part, int charsMax) {
    return CONTROL_IN_LINES.matcher(bounded(first(part), charsMax)).replaceAll(" ").strip();
  }

  String line(Part part, int charsMax) {
    return oneLine(first(part), charsMax);
  }

  /** The parts of the place that are told, from the outermost on. */
  String place(int charsMax) {
    return dialect.names(Part.PLACE).stream()
        .map(name -> oneLine(all.getOrDefault(name, ""), charsMax))
        .filter(part -> !part.isEmpty())
        .collect(
            Collectors.collectingAndThen(Collectors.joining("/"), it -> oneLine(it, charsMax)));
  }

  /** How many attempts there were, if any way of counting them makes sense. */
  OptionalInt attempts() {
    int told = count(Part.ATTEMPTS, 0);
    int retried = count(Part.RETRIES, 1);
    int counted = told > 0 ? told : retried > 0 ? retried : count(Part.ATTEMPT_TO_COME, -1);
    return counted > 0 ? OptionalInt.of(counted) : OptionalInt.empty();
  }

  private int count(Part part, int more) {
    String digits = first(part);
    if (!COUNT.matcher(digits).matches()) {
      return 0;
    }
    int count = Integer.parseInt(digits) + more;
    return count <= ATTEMPTS_MAX ? count : 0;
  }

  /** A time: RFC 3339, milliseconds since 1970, or as NServiceBus writes it. */
  Optional<Instant> time(Part part) {
    String text = first(part);
    if (text.isEmpty() || text.length() > TIME_CHARS_MAX) {
      return Optional.empty();
    }
    try {
      return Optional.of(time(text))
          .filter(time -> !time.isBefore(Instant.EPOCH) && !time.isAfter(FARTHEST));
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }

  private static Instant time(String text) {
    if (MILLIS.matcher(text).matches()) {
      return Instant.ofEpochMilli(Long.parseLong(text));
    }
    boolean hasColons = text.indexOf(' ') > 0;
    return hasColons
        ? LocalDateTime.parse(text, COLONS).toInstant(ZoneOffset.UTC)
        : WireTime.read(text);
  }

  /** In one line, whatever it was. */
  static String oneLine(String text, int charsMax) {
    return CONTROL.matcher(bounded(text, charsMax)).replaceAll(" ").strip();
  }

  /** At most so many characters, and none of them half of a pair. */
  static String bounded(String text, int charsMax) {
    if (text.length() <= charsMax) {
      return text;
    }
    boolean isWithinPair = Character.isHighSurrogate(text.charAt(charsMax - 2));
    return text.substring(0, isWithinPair ? charsMax - 2 : charsMax - 1) + "…";
  }
}
