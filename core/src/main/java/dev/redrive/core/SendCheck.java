// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Outgoing;
import dev.redrive.SendRefusedException;
import dev.redrive.spi.WireHeaders;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a message must keep to be accepted. All mistakes are told at once. */
final class SendCheck {
  private static final int ID_CHARS_MAX = 200;
  private static final int KEY_CHARS_MAX = 200;
  private static final int HEADER_NAME_CHARS_MAX = 200;
  private static final int HEADERS_CHARS_MAX = 16 * 1_024;
  private static final int BODY_BYTES_MAX = 16 * 1_024 * 1_024;
  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  private final List<String> problems = new ArrayList<>();

  private SendCheck() {}

  /**
   * Checks the message as it would be sent now.
   *
   * @throws SendRefusedException naming every mistake
   */
  static void check(Outgoing<?> message, byte[] body, Instant now, Instant dueAt) {
    SendCheck check = new SendCheck();
    message.id().ifPresent(id -> check.name("id", id, ID_CHARS_MAX));
    message.key().ifPresent(key -> check.name("key", key, KEY_CHARS_MAX));
    check.times(message, now, dueAt);
    message.priority().ifPresent(check::priority);
    check.headers(message.headers());
    if (body.length > BODY_BYTES_MAX) {
      check.problems.add(
          "the payload must have at most " + BODY_BYTES_MAX + " bytes, not " + body.length);
    }
    if (!check.problems.isEmpty()) {
      throw new SendRefusedException(
          SendRefusedException.Cause.INVALID, String.join("; ", check.problems));
    }
  }

  private void name(String what, String value, int charsMax) {
    if (value.isEmpty() || value.length() > charsMax) {
      problems.add(
          "the " + what + " must have 1 to " + charsMax + " characters, not " + value.length());
    }
    if (!isText(value)) {
      problems.add("the " + what + " must not contain control characters or broken Unicode");
    }
  }

  private void times(Outgoing<?> message, Instant now, Instant dueAt) {
    if (message.delay().map(Duration::isNegative).orElse(false)) {
      problems.add("the delay must not be negative");
    }
    message
        .deadline()
        .ifPresent(
            deadline -> {
              if (!deadline.isAfter(now)) {
                problems.add("the deadline " + deadline + " is in the past");
              } else if (!deadline.isAfter(dueAt)) {
                problems.add("the deadline " + deadline + " is not after the due time " + dueAt);
              }
            });
  }

  private void priority(int priority) {
    if (priority < 0 || priority > Lineup.PRIORITY_MAX) {
      problems.add("the priority must be 0 to " + Lineup.PRIORITY_MAX + ", not " + priority);
    }
  }

  private void headers(Map<String, String> headers) {
    long chars = 0;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      header(header.getKey(), header.getValue());
      chars += header.getKey().length() + header.getValue().length();
    }
    if (chars > HEADERS_CHARS_MAX) {
      problems.add(
          "the headers must have at most " + HEADERS_CHARS_MAX + " characters, not " + chars);
    }
  }

  private void header(String name, String value) {
    if (name.toLowerCase(Locale.ROOT).startsWith(WireHeaders.PREFIX)) {
      problems.add(
          "the header "
              + printable(name)
              + " is reserved: names beginning with redrive- are Redrive's own");
    } else if (name.isEmpty()
        || name.length() > HEADER_NAME_CHARS_MAX
        || !name.chars().allMatch(SendCheck::isTokenChar)) {
      problems.add("the header name '" + printable(name) + "' must be an HTTP token");
    }
    if (!isText(value)) {
      problems.add(
          "the header "
              + printable(name)
              + " must not contain control characters or broken Unicode");
    }
  }

  private static boolean isTokenChar(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || TOKEN_MARKS.indexOf(c) >= 0;
  }

  private static boolean isText(String value) {
    if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
      return false;
    }
    try {
      StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
      return true;
    } catch (CharacterCodingException brokenPair) {
      return false;
    }
  }

  private static String printable(String text) {
    String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() <= 60 ? clean : clean.substring(0, 60) + "…";
  }
}
