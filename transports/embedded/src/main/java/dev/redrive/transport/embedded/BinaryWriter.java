// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes a record's fields, numbers in big-endian order. Not thread-safe. */
final class BinaryWriter {
  private byte[] bytes;
  private int length;

  BinaryWriter(int capacity) {
    bytes = new byte[capacity];
  }

  BinaryWriter u8(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  BinaryWriter u32(int value) {
    room(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  BinaryWriter u64(long value) {
    room(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** A number that is mostly small: seven bits a byte, the lowest first. */
  BinaryWriter number(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) ((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return this;
  }

  BinaryWriter text(String value) {
    return block(value.getBytes(StandardCharsets.UTF_8));
  }

  BinaryWriter block(byte[] value) {
    number(value.length);
    return raw(value);
  }

  BinaryWriter raw(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
    return this;
  }

  byte[] toBytes() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(length, more)));
    }
  }
}
