// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import dev.redrive.server.json.Nearest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Percent-encoding as RFC 3986 has it, read strictly. */
final class Percent {
  private Percent() {}

  /**
   * Decodes a text; a plus is a plus.
   *
   * @throws ProblemException for a broken escape, or one of bytes that are no UTF-8
   */
  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteBuffer bytes = ByteBuffer.allocate(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '%') {
        bytes.put((byte) c);
        continue;
      }
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        throw Problem.invalid("the address holds a % without two hexadecimal digits behind it")
            .asException();
      }
      bytes.put((byte) (high * 16 + low));
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw Problem.invalid("the address holds %-escapes that are no UTF-8").asException();
    }
  }

  /** The parameters of a query, of which each may be given once, and no other than these. */
  static Map<String, String> query(String query, Set<String> known) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1).replace('+', ' '));
      if (!known.contains(name)) {
        throw Problem.invalid(
                "the query parameter `" + name + "` is unknown" + Nearest.hint(name, known))
            .asException();
      }
      if (parameters.put(name, value) != null) {
        throw Problem.invalid("the query parameter `" + name + "` is given twice").asException();
      }
    }
    return parameters;
  }
}
