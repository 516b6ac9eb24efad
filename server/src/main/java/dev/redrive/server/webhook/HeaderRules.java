// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which headers of a message and of a destination travel with a webhook. What frames, signs or
 * authenticates the request is the system's alone: a message that could set it could smuggle a
 * second request or borrow a credential.
 */
final class HeaderRules {
  private static final String SIGNATURE_PREFIX = "webhook-";
  private static final Set<String> SYSTEM =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "accept-encoding");
  private static final Set<String> CREDENTIALS =
      Set.of("authorization", "proxy-authorization", "cookie");
  private static final String NAME_MARKS = "!#$%&'*+-.^_`|~";

  private HeaderRules() {}

  /**
   * Checks the headers a destination adds to every request.
   *
   * @throws InvalidDestinationException when one is reserved or malformed; the message never quotes
   *     a value
   */
  static Map<String, String> checked(Map<String, String> headers) {
    Map<String, String> checked = new TreeMap<>();
    headers.forEach(
        (name, value) -> {
          if (!isName(name)) {
            throw new InvalidDestinationException("a header of the webhook has a malformed name");
          }
          if (isSystem(lower(name))) {
            throw new InvalidDestinationException(
                "the header " + name + " of the webhook is set by Redrive itself: remove it");
          }
          if (!isValue(value)) {
            throw new InvalidDestinationException(
                "the header " + name + " of the webhook has a line break or a control character");
          }
          if (checked.put(lower(name), value) != null) {
            throw new InvalidDestinationException(
                "the header " + name + " of the webhook is given twice");
          }
        });
    return Map.copyOf(checked);
  }

  /** Whether a message's header travels: neither the system's nor a credential. */
  static boolean travels(String name) {
    String lower = lower(name);
    return !isSystem(lower) && !CREDENTIALS.contains(lower);
  }

  /** Whether this is a token of RFC 9110. */
  static boolean isName(String name) {
    return !name.isEmpty()
        && name.chars().allMatch(c -> isLetterOrDigit(c) || NAME_MARKS.indexOf(c) >= 0);
  }

  /** Whether no character of this value could end the header. */
  static boolean isValue(String value) {
    return value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c != 0x7f));
  }

  /**
   * The value as it is handed to the encoder, which writes one byte for each char: UTF-8, byte by
   * byte.
   */
  static String wire(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > 0x7e) {
        return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      }
    }
    return value;
  }

  private static boolean isSystem(String lower) {
    return SYSTEM.contains(lower) || lower.startsWith(SIGNATURE_PREFIX);
  }

  private static boolean isLetterOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
