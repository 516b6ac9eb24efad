// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Headers as bytes, since a column of text cannot hold each character: a version, how many there
 * are, and then each name and value with its length before it, in UTF-8.
 */
final class HeaderBytes {
  private static final byte VERSION = 1;

  private HeaderBytes() {}

  static byte[] write(Map<String, String> headers) {
    if (headers.isEmpty()) {
      return new byte[0];
    }
    byte[][] texts = new byte[2 * headers.size()][];
    int i = 0;
    int size = 1 + Integer.BYTES;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      texts[i] = header.getKey().getBytes(UTF_8);
      texts[i + 1] = header.getValue().getBytes(UTF_8);
      size += 2 * Integer.BYTES + texts[i].length + texts[i + 1].length;
      i += 2;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size).put(VERSION).putInt(headers.size());
    for (byte[] text : texts) {
      bytes.putInt(text.length).put(text);
    }
    return bytes.array();
  }

  /**
   * The headers of these bytes.
   *
   * @throws IllegalStateException if they are none, or of a later release
   */
  static Map<String, String> read(byte[] written) {
    if (written.length == 0) {
      return Map.of();
    }
    ByteBuffer bytes = ByteBuffer.wrap(written);
    if (bytes.get() != VERSION) {
      throw new IllegalStateException("these headers were written by a later release of Redrive");
    }
    try {
      int count = bytes.getInt();
      Map<String, String> headers = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        String name = text(bytes);
        headers.put(name, text(bytes));
      }
      return Collections.unmodifiableMap(headers);
    } catch (BufferUnderflowException damaged) {
      throw new IllegalStateException("these headers are damaged", damaged);
    }
  }

  private static String text(ByteBuffer bytes) {
    int length = bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[length];
    bytes.get(text);
    return new String(text, UTF_8);
  }
}
