// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link BinaryWriter} wrote, and refuses everything else. Not thread-safe. */
final class BinaryReader {
  private final byte[] bytes;
  private final int end;
  private int position;

  BinaryReader(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  int u8() {
    need(1);
    return bytes[position++] & 0xFF;
  }

  int u32() {
    need(4);
    int value = 0;
    for (int i = 0; i < 4; i++) {
      value = (value << 8) | (bytes[position++] & 0xFF);
    }
    return value;
  }

  long u64() {
    need(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = (value << 8) | (bytes[position++] & 0xFF);
    }
    return value;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        return value;
      }
    }
    throw new CorruptRecordException("a number is longer than 64 bits");
  }

  int count() {
    long value = number();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new CorruptRecordException("a count of " + value);
    }
    return (int) value;
  }

  String text() {
    int length = length();
    try {
      String value =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, position, length))
              .toString();
      position += length;
      return value;
    } catch (CharacterCodingException e) {
      throw new CorruptRecordException("a text is not UTF-8", e);
    }
  }

  byte[] block() {
    int length = length();
    byte[] value = Arrays.copyOfRange(bytes, position, position + length);
    position += length;
    return value;
  }

  byte[] rest() {
    byte[] value = Arrays.copyOfRange(bytes, position, end);
    position = end;
    return value;
  }

  /** Everything must have been read: what is left over was not written by us. */
  void finish() {
    if (position != end) {
      throw new CorruptRecordException((end - position) + " bytes too many");
    }
  }

  private int length() {
    int length = count();
    need(length);
    return length;
  }

  private void need(int count) {
    if (end - position < count) {
      throw new CorruptRecordException("cut off: " + count + " bytes wanted, " + (end - position));
    }
  }
}
