// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.queue;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.redrive.IdempotencyStatus;
import dev.redrive.QueueStats;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateView;
import dev.redrive.retry.DurationText;
import dev.redrive.server.config.DeliverConfig;
import dev.redrive.server.config.QueueConfig;
import dev.redrive.server.json.Json;
import dev.redrive.server.json.TimeText;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Queues as they are shown: without secrets. */
final class QueueJson {
  private QueueJson() {}

  static void write(JsonGenerator json, ManagedQueue each, QueueStats stats) throws IOException {
    QueueConfig config = each.config();
    json.writeStartObject();
    json.writeStringField("name", each.name());
    json.writeStringField("source", each.isConfigured() ? "config" : "api");
    pause(json, each);
    if (config.deliver().isPresent()) {
      deliver(json, config.deliver().get());
    }
    json.writeNumberField("concurrency", config.options().concurrency());
    if (config.pool().isPresent()) {
      json.writeStringField("pool", config.pool().get().pool());
      json.writeNumberField("weight", config.pool().get().weight());
    }
    json.writeStringField("timeout", DurationText.format(config.options().timeout()));
    json.writeBooleanField("ordered", config.options().isOrdered());
    if (config.options().isOrdered()) {
      json.writeStringField("successors", config.options().successors().wireName());
    }
    if (config.options().maxWaiting().isPresent()) {
      json.writeNumberField("maxWaiting", config.options().maxWaiting().getAsLong());
    }
    json.writeStringField("dedupWindow", DurationText.format(config.options().dedupWindow()));
    Optional<String> dependency = config.options().guards().dependency();
    if (dependency.isPresent()) {
      json.writeStringField("dependency", dependency.get());
    } else if (config.deliver().isPresent()) {
      json.writeBooleanField("breaker", false);
    }
    gates(json, each, stats);
    for (Map.Entry<String, Map<String, Object>> part : config.written().entrySet()) {
      json.writeFieldName(part.getKey());
      Json.tree(json, part.getValue());
    }
    if (config.idempotency().isPresent()) {
      json.writeFieldName("idempotency");
      Json.tree(json, config.idempotency().get().tree());
    }
    if (each.queue().idempotency().isPresent()) {
      idempotency(json, each.queue().idempotency().get());
    }
    stats(json, stats);
    json.writeEndObject();
  }

  private static void idempotency(JsonGenerator json, IdempotencyStatus status) throws IOException {
    json.writeObjectFieldStart("idempotencyStatus");
    json.writeNumberField("recognised", status.recognisedCount());
    json.writeNumberField("busy", status.busyCount());
    json.writeNumberField("unstored", status.unstoredCount());
    json.writeNumberField("waiting", status.waitingCount());
    if (status.trouble().isPresent()) {
      json.writeStringField("trouble", status.trouble().get());
    }
    json.writeEndObject();
  }

  static void writeState(JsonGenerator json, ManagedQueue each) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", each.name());
    pause(json, each);
    json.writeEndObject();
  }

  private static void pause(JsonGenerator json, ManagedQueue each) throws IOException {
    Optional<String> reason = each.queue().pauseReason();
    json.writeBooleanField("paused", reason.isPresent());
    if (reason.isPresent()) {
      json.writeStringField("pauseReason", reason.get());
    }
  }

  private static void deliver(JsonGenerator json, DeliverConfig deliver) throws IOException {
    json.writeObjectFieldStart("deliver");
    json.writeStringField("url", deliver.url());
    json.writeStringField("timeout", DurationText.format(deliver.timeout()));
    json.writeBooleanField("allowPrivate", deliver.allowPrivate());
    json.writeBooleanField("signed", deliver.secret().isPresent());
    json.writeEndObject();
  }

  private static void gates(JsonGenerator json, ManagedQueue each, QueueStats stats)
      throws IOException {
    json.writeArrayFieldStart("gates");
    for (GateView gate : each.queue().gates()) {
      json.writeStartObject();
      json.writeStringField("name", gate.name());
      json.writeStringField("state", gate.status().state().name().toLowerCase(Locale.ROOT));
      json.writeStringField("detail", gate.status().detail());
      if (gate.status().state() == GateStatus.State.HOLDING) {
        json.writeNumberField("waiting", stats.waiting());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void stats(JsonGenerator json, QueueStats stats) throws IOException {
    json.writeObjectFieldStart("stats");
    json.writeNumberField("sent", stats.sent());
    json.writeNumberField("waiting", stats.waiting());
    json.writeNumberField("retrying", stats.retrying());
    json.writeNumberField("running", stats.running());
    json.writeNumberField("succeeded", stats.succeeded());
    json.writeNumberField("dead", stats.dead());
    json.writeNumberField("purged", stats.purged());
    json.writeNumberField("cancelled", stats.cancelled());
    if (stats.oldestDueAt().isPresent()) {
      json.writeStringField("oldestDueAt", TimeText.format(stats.oldestDueAt().get()));
    }
    json.writeEndObject();
  }
}
