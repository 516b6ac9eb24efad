// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Turns payloads into bytes and back. Thread-safe.
 *
 * @param <T> the payload's type
 */
public interface Codec<T> {

  /**
   * The payload's bytes. Called in the sender's thread; what it throws is thrown by {@code send}.
   */
  byte[] encode(T payload);

  /**
   * The payload of these bytes.
   *
   * @throws Exception if these bytes are no such payload; the message then goes to the dead letters
   *     as {@code undecodable}, without an attempt
   */
  T decode(byte[] bytes) throws Exception;

  /** Bytes as they are. The array is not copied, so do not change it after the send. */
  static Codec<byte[]> bytes() {
    return new Codec<>() {
      @Override
      public byte[] encode(byte[] payload) {
        return payload;
      }

      @Override
      public byte[] decode(byte[] bytes) {
        return bytes;
      }
    };
  }

  /** Text in UTF-8; bytes that are no UTF-8 are undecodable. */
  static Codec<String> text() {
    return new Codec<>() {
      @Override
      public byte[] encode(String payload) {
        return payload.getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      }
    };
  }
}
