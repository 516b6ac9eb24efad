// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.idempotency.IdempotencyStore;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A key as it stands in a table: its UTF-8, of which no two keys have the same. */
final class KeyId implements Comparable<KeyId> {
  private final byte[] bytes;

  private KeyId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * That of a text.
   *
   * @throws IllegalArgumentException if it is empty, too long, or has half a character
   */
  static KeyId of(String key) {
    if (key.isEmpty() || key.length() > IdempotencyStore.KEY_CHARS_MAX) {
      throw new IllegalArgumentException(
          "a key has 1 to " + IdempotencyStore.KEY_CHARS_MAX + " characters, not " + key.length());
    }
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(key));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return new KeyId(bytes);
    } catch (CharacterCodingException halfACharacter) {
      throw new IllegalArgumentException(
          "a key has half a character (a lone surrogate)", halfACharacter);
    }
  }

  /** What stands in a table. */
  static KeyId read(byte[] bytes) {
    return new KeyId(bytes);
  }

  /** Not copied. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public int compareTo(KeyId other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyId id && Arrays.equals(bytes, id.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
