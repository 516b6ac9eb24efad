// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Writes a message's id as the header {@code webhook-id}: the same id always alike, two ids never
 * alike, and without a dot, which separates the signed parts.
 */
final class WebhookId {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private WebhookId() {}

  static String of(String id) {
    for (int i = 0; i < id.length(); i++) {
      if (!isPlain(id.charAt(i))) {
        return escaped(id);
      }
    }
    return id;
  }

  private static String escaped(String id) {
    StringBuilder escaped = new StringBuilder(id.length() + 16);
    for (byte b : id.getBytes(StandardCharsets.UTF_8)) {
      if (isPlain((char) (b & 0xff))) {
        escaped.append((char) b);
      } else {
        escaped.append('%').append(HEX.toHexDigits(b));
      }
    }
    return escaped.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-'
        || c == ':'
        || c == '~';
  }
}
