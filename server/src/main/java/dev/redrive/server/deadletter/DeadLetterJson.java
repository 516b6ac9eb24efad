// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.deadletter;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.redrive.DeadLetter;
import dev.redrive.server.json.BodyJson;
import dev.redrive.server.json.TimeText;
import dev.redrive.server.message.MessageJson;
import java.io.IOException;
import java.util.Map;

/** Dead letters as they are shown: in a list without payload and headers, alone with them. */
final class DeadLetterJson {
  private DeadLetterJson() {}

  static void summary(JsonGenerator json, DeadLetter letter) throws IOException {
    json.writeStartObject();
    fields(json, letter);
    json.writeEndObject();
  }

  static void whole(JsonGenerator json, DeadLetter letter) throws IOException {
    json.writeStartObject();
    fields(json, letter);
    json.writeObjectFieldStart("headers");
    for (Map.Entry<String, String> header : letter.headers().entrySet()) {
      json.writeStringField(header.getKey(), Redaction.shown(header.getKey(), header.getValue()));
    }
    json.writeEndObject();
    BodyJson.write(json, letter.body());
    MessageJson.history(json, letter.history());
    json.writeEndObject();
  }

  private static void fields(JsonGenerator json, DeadLetter letter) throws IOException {
    json.writeStringField("id", letter.id());
    json.writeStringField("queue", letter.queue());
    json.writeStringField("reason", letter.reason().wireName());
    json.writeStringField("failure", letter.failure());
    json.writeStringField("fingerprint", letter.fingerprint());
    json.writeNumberField("attempts", letter.attempts());
    json.writeStringField("firstSeen", TimeText.format(letter.firstSeen()));
    json.writeStringField("diedAt", TimeText.format(letter.diedAt()));
    if (letter.key().isPresent()) {
      json.writeStringField("key", letter.key().get());
    }
    json.writeNumberField("size", letter.body().length);
  }
}
