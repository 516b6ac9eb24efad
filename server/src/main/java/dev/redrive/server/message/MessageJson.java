// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.message;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.redrive.MessageStatus;
import dev.redrive.Receipt;
import dev.redrive.Transition;
import dev.redrive.server.json.TimeText;
import java.io.IOException;
import java.util.List;

/** Messages as they are shown. */
public final class MessageJson {
  private MessageJson() {}

  static void receipt(JsonGenerator json, Receipt receipt) throws IOException {
    json.writeStartObject();
    receiptFields(json, receipt);
    json.writeEndObject();
  }

  static void receiptFields(JsonGenerator json, Receipt receipt) throws IOException {
    json.writeStringField("id", receipt.id());
    json.writeStringField("queue", receipt.queue());
    json.writeStringField("state", receipt.state().wireName());
    json.writeStringField("dueAt", TimeText.format(receipt.dueAt()));
    if (receipt.isDuplicate()) {
      json.writeBooleanField("duplicate", true);
    }
  }

  static void status(JsonGenerator json, MessageStatus status) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", status.id());
    json.writeStringField("queue", status.queue());
    json.writeStringField("state", status.state().wireName());
    json.writeNumberField("attempts", status.attempts());
    if (status.dueAt().isPresent()) {
      json.writeStringField("dueAt", TimeText.format(status.dueAt().get()));
    }
    json.writeStringField("firstSeen", TimeText.format(status.firstSeen()));
    history(json, status.history());
    json.writeEndObject();
  }

  /** The field {@code history}. */
  public static void history(JsonGenerator json, List<Transition> history) throws IOException {
    json.writeArrayFieldStart("history");
    for (Transition each : history) {
      json.writeStartObject();
      json.writeStringField("at", TimeText.format(each.at()));
      json.writeStringField("to", each.to().wireName());
      json.writeNumberField("attempt", each.attempt());
      if (!each.cause().isEmpty()) {
        json.writeStringField("cause", each.cause());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
