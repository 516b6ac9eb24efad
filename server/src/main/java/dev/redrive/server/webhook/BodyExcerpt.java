// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the body of an answer up to a bound, and keeps the beginning of it. */
final class BodyExcerpt {
  /** What is read of a body; a longer one costs the connection. */
  static final int READ_BYTES_MAX = 64 * 1024;

  /** What is kept of it for the failure's record. */
  static final int KEPT_BYTES_MAX = 20_000;

  private final Buffer kept = Buffer.buffer();
  private final boolean keeps;
  private int read;

  BodyExcerpt(boolean keeps) {
    this.keeps = keeps;
  }

  /** Takes the next part; false when that was more than is read of any body. */
  boolean add(Buffer part) {
    read += part.length();
    if (keeps) {
      int wanted = Math.min(part.length(), KEPT_BYTES_MAX - kept.length());
      kept.appendBuffer(part, 0, wanted);
    }
    return read <= READ_BYTES_MAX;
  }

  /**
   * What was kept, as text; a compressed body is counted, not decoded, because a few bytes may
   * swell to gigabytes.
   */
  String text(@Nullable String contentEncoding) {
    if (contentEncoding != null && !contentEncoding.equalsIgnoreCase("identity") && read > 0) {
      return "(" + read + " bytes of a compressed body, not decoded)";
    }
    ByteBuffer bytes = ByteBuffer.wrap(kept.getBytes());
    CharBuffer text = CharBuffer.allocate(bytes.remaining());
    // Without the end-of-input flag a character that the bound cut in half is left out.
    StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .onUnmappableCharacter(CodingErrorAction.REPLACE)
        .decode(bytes, text, false);
    return text.flip().toString();
  }
}
