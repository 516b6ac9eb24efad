// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Payloads in JSON, byte for byte: as text where they are UTF-8, otherwise in Base64. */
public final class BodyJson {
  private BodyJson() {}

  /** Writes the field {@code body}, or {@code bodyBase64}. */
  public static void write(JsonGenerator json, byte[] body) throws IOException {
    try {
      // The decoder refuses what it cannot map, so that text is only what gives the same bytes
      // again.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      json.writeStringField("body", text);
    } catch (CharacterCodingException e) {
      json.writeBinaryField("bodyBase64", body);
    }
  }
}
