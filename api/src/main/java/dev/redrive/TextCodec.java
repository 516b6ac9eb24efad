// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text in UTF-8. */
enum TextCodec implements Codec<String> {
  INSTANCE;

  @Override
  public byte[] encode(String payload) {
    return payload.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String decode(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
