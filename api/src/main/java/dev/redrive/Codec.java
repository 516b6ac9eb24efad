// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/**
 * Turns payloads into bytes and back. Thread-safe.
 *
 * <p>A queue that is declared again must have an equal codec. One that is made anew for each
 * declaration therefore needs {@code equals}, as a record has it.
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
    return BytesCodec.INSTANCE;
  }

  /** Text in UTF-8; bytes that are no UTF-8 are undecodable. */
  static Codec<String> text() {
    return TextCodec.INSTANCE;
  }
}
