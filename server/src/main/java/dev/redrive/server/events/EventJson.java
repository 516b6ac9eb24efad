// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.events;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.redrive.Event;
import dev.redrive.server.json.Json;
import dev.redrive.server.json.TimeText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** An event as a server-sent event. */
final class EventJson {
  private EventJson() {}

  /** Both lines and the empty one behind them. JSON has no line breaks, so one data line does. */
  static byte[] frame(Event event) {
    String name =
        event instanceof Event.DependencyChanged
            ? "dependency"
            : event.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    ByteArrayOutputStream frame = new ByteArrayOutputStream(256);
    frame.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
    frame.writeBytes(Json.bytes(json -> write(json, name, event)));
    frame.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
    return frame.toByteArray();
  }

  private static void write(JsonGenerator json, String name, Event event) throws IOException {
    json.writeStartObject();
    json.writeStringField("event", name);
    json.writeStringField("queue", event.queue());
    json.writeStringField("at", TimeText.format(event.at()));
    if (event instanceof Event.Sent sent) {
      json.writeStringField("id", sent.id());
      if (sent.isDuplicate()) {
        json.writeBooleanField("duplicate", true);
      }
    } else if (event instanceof Event.Started started) {
      attempt(json, started.id(), started.attempt());
      json.writeNumberField("latenessMillis", started.lateness().toMillis());
    } else if (event instanceof Event.Succeeded succeeded) {
      attempt(json, succeeded.id(), succeeded.attempt());
      json.writeNumberField("tookMillis", succeeded.took().toMillis());
    } else if (event instanceof Event.Retried retried) {
      attempt(json, retried.id(), retried.attempt());
      json.writeNumberField("tookMillis", retried.took().toMillis());
      json.writeStringField("dueAt", TimeText.format(retried.dueAt()));
      json.writeStringField("cause", retried.cause());
    } else if (event instanceof Event.Deferred deferred) {
      json.writeStringField("id", deferred.id());
      json.writeStringField("dueAt", TimeText.format(deferred.dueAt()));
      json.writeStringField("cause", deferred.cause());
    } else if (event instanceof Event.Recognised recognised) {
      json.writeStringField("id", recognised.id());
      json.writeStringField("key", recognised.key());
    } else if (event instanceof Event.Died died) {
      attempt(json, died.id(), died.attempt());
      json.writeStringField("reason", died.reason().wireName());
      json.writeStringField("cause", died.cause());
    } else {
      writeByHand(json, event);
    }
    json.writeEndObject();
  }

  /** What people and not messages do. */
  private static void writeByHand(JsonGenerator json, Event event) throws IOException {
    if (event instanceof Event.Cancelled cancelled) {
      json.writeStringField("id", cancelled.id());
    } else if (event instanceof Event.Replayed replayed) {
      json.writeNumberField("count", replayed.count());
    } else if (event instanceof Event.Purged purged) {
      json.writeNumberField("count", purged.count());
    } else if (event instanceof Event.Paused paused) {
      json.writeStringField("reason", paused.reason());
      if (paused.until().isPresent()) {
        json.writeStringField("until", TimeText.format(paused.until().get()));
      }
    } else if (event instanceof Event.DependencyChanged changed) {
      json.writeStringField("dependency", changed.dependency());
      json.writeStringField(
          "breaker", changed.state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      json.writeStringField("cause", changed.cause());
    }
  }

  private static void attempt(JsonGenerator json, String id, int attempt) throws IOException {
    json.writeStringField("id", id);
    json.writeNumberField("attempt", attempt);
  }
}
