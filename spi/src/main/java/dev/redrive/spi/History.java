// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.MessageState;
import dev.redrive.Transition;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A message's transitions as one header, bounded, so that they travel on any transport.
 *
 * <p>One transition is {@code <time>|<state>|<attempt>|<cause, percent-encoded>}; transitions are
 * separated by {@code ;}. The first one and the newest are kept.
 */
public final class History {
  private static final int TRANSITIONS_MAX = 10;
  private static final int CAUSE_CHARS_MAX = 200;

  private History() {}

  /** The header with one transition more; {@code header} is empty before the first. */
  public static String append(String header, Transition transition) {
    List<Transition> all = new ArrayList<>(parse(header));
    all.add(transition);
    return write(all);
  }

  /** These transitions as a header, oldest first; the middle of a long history is left out. */
  public static String write(List<Transition> transitions) {
    List<Transition> kept = new ArrayList<>(transitions);
    while (kept.size() > TRANSITIONS_MAX) {
      kept.remove(1);
    }
    StringBuilder text = new StringBuilder(64 * kept.size());
    for (Transition each : kept) {
      if (text.length() > 0) {
        text.append(';');
      }
      write(text, each);
    }
    return text.toString();
  }

  private static void write(StringBuilder text, Transition transition) {
    String cause = transition.cause();
    if (cause.length() > CAUSE_CHARS_MAX) {
      cause = cause.substring(0, CAUSE_CHARS_MAX - 1) + "…";
    }
    text.append(transition.at().truncatedTo(ChronoUnit.MILLIS))
        .append('|')
        .append(transition.to().wireName())
        .append('|')
        .append(transition.attempt())
        .append('|')
        .append(URLEncoder.encode(cause, StandardCharsets.UTF_8));
  }

  /** The transitions of a header, oldest first. What is malformed, by whomever, is left out. */
  public static List<Transition> parse(String header) {
    List<Transition> all = new ArrayList<>();
    for (String part : header.split(";", -1)) {
      transition(part).ifPresent(all::add);
    }
    return all;
  }

  // Headers come from outside; a message must not become unreadable for its history.
  private static Optional<Transition> transition(String text) {
    String[] fields = text.split("\\|", -1);
    if (fields.length != 4) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Transition(
              WireTime.read(fields[0]),
              MessageState.valueOf(fields[1].toUpperCase(Locale.ROOT)),
              Integer.parseInt(fields[2]),
              URLDecoder.decode(fields[3], StandardCharsets.UTF_8)));
    } catch (DateTimeException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
