// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.OutMessage;
import java.util.Map;
import java.util.Optional;

/**
 * How large a message may be.
 *
 * @param bodyBytesMax the largest payload
 */
record Limits(int bodyBytesMax) {
  private static final int ID_BYTES_MAX = 1_024;
  private static final int KEY_BYTES_MAX = 1_024;
  private static final int HEADERS_BYTES_MAX = 256 * 1_024;

  /** What is wrong with the message; empty if nothing is. */
  Optional<String> fault(OutMessage message) {
    if (message.id().isEmpty()) {
      return Optional.of("The id is empty. Leave it out, or give one.");
    }
    if (message.body().length > bodyBytesMax) {
      return Optional.of(
          "The payload has "
              + message.body().length
              + " bytes, and may have "
              + bodyBytesMax
              + ". Store it elsewhere and send a reference, or raise maxBodyBytes.");
    }
    try {
      if (utf8Length(message.id()) > ID_BYTES_MAX) {
        return Optional.of("The id is longer than " + ID_BYTES_MAX + " bytes.");
      }
      if (utf8Length(message.key()) > KEY_BYTES_MAX) {
        return Optional.of("The key is longer than " + KEY_BYTES_MAX + " bytes.");
      }
      long headers = 0;
      for (Map.Entry<String, String> header : message.headers().entrySet()) {
        headers += utf8Length(header.getKey()) + utf8Length(header.getValue());
      }
      if (headers > HEADERS_BYTES_MAX) {
        return Optional.of(
            "The headers have "
                + headers
                + " bytes, and may have "
                + HEADERS_BYTES_MAX
                + ". Put what is large into the payload.");
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** A text that has no bytes would come back as another one, so it is refused. */
  private static long utf8Length(String text) {
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit < 0x80) {
        length++;
      } else if (unit < 0x800) {
        length += 2;
      } else if (!Character.isSurrogate(unit)) {
        length += 3;
      } else if (i + 1 < text.length() && Character.isSurrogatePair(unit, text.charAt(i + 1))) {
        length += 4;
        i++;
      } else {
        throw new IllegalArgumentException(
            "An id, key or header has half a character (a lone surrogate) at " + i + ".");
      }
    }
    return length;
  }
}
