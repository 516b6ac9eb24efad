// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.zip.CRC32C;

/**
 * The outside of each record: {@code version u8 | fields | CRC-32C u32}. The checksum covers
 * version, fields and the key under which the record stands, so that neither a flipped bit nor a
 * record under a wrong key is ever taken for a message.
 */
final class Frame {
  static final int CHECKSUM_BYTES = 4;

  private Frame() {}

  /** Begins a record of this version. */
  static BinaryWriter begin(int version, int capacity) {
    return new BinaryWriter(capacity + 1 + CHECKSUM_BYTES).u8(version);
  }

  /** Ends a record that is to stand under this key. */
  static byte[] end(BinaryWriter fields, byte[] key) {
    return new Unsealed(fields).seal(key);
  }

  /**
   * Opens a record.
   *
   * @throws CorruptRecordException if its bytes or its key were changed, or its version is not
   *     known
   */
  static BinaryReader open(byte[] key, byte[] value, int version) {
    int end = value.length - CHECKSUM_BYTES;
    if (end < 1) {
      throw new CorruptRecordException("cut off: a record of " + value.length + " bytes");
    }
    CRC32C checksum = new CRC32C();
    checksum.update(value, 0, end);
    checksum.update(key);
    int stored = new BinaryReader(value, end, value.length).u32();
    if ((int) checksum.getValue() != stored) {
      throw new CorruptRecordException("the checksum does not match");
    }
    if (value[0] != version) {
      throw new CorruptRecordException("a record of version " + value[0] + " is not known here");
    }
    return new BinaryReader(value, 1, end);
  }

  /**
   * A record whose key is not known yet. Encoding and most of the checksum are done on the caller's
   * thread; the committing thread, which all share, only adds the key's few bytes.
   */
  static final class Unsealed {
    private final byte[] bytes;
    private final CRC32C checksum = new CRC32C();

    Unsealed(BinaryWriter fields) {
      bytes = fields.u32(0).toBytes();
      checksum.update(bytes, 0, bytes.length - CHECKSUM_BYTES);
    }

    int size() {
      return bytes.length;
    }

    /** The record for this key. Called once. */
    byte[] seal(byte[] key) {
      checksum.update(key);
      int value = (int) checksum.getValue();
      for (int i = bytes.length - CHECKSUM_BYTES; i < bytes.length; i++) {
        bytes[i] = (byte) (value >>> 24);
        value <<= 8;
      }
      return bytes;
    }
  }
}
