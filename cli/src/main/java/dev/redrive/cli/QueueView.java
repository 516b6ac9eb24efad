// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.Successors;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Times;
import java.util.StringJoiner;

/** Shows one queue. */
final class QueueView {
  private static final int LABEL_COLUMNS = 14;

  private final Session session;
  private final Paint paint;

  QueueView(Session session) {
    this.session = session;
    this.paint = session.paint();
  }

  void show(JsonNode queue) {
    session.print(paint.bold(Paint.plain(queue.path("name").asText())));
    line("state", state(queue));
    line("goes to", destination(queue));
    line("concurrency", queue.path("concurrency").asText());
    line("timeout", queue.path("timeout").asText());
    line("order", order(queue));
    Json.text(queue, "maxWaiting").ifPresent(max -> line("max waiting", max));
    line("knows ids for", queue.path("dedupWindow").asText());
    if (queue.has("idempotency")) {
      line("duplicates", duplicates(queue));
    }
    line("retry", queue.has("retry") ? retry(queue.path("retry")) : "by default");
    line(
        "set in",
        queue.path("source").asText().equals("config") ? "the configuration file" : "the API");
    session.print("");
    counts(queue.path("stats"));
  }

  private static String order(JsonNode queue) {
    if (!queue.path("ordered").asBoolean()) {
      return "not kept";
    }
    boolean goesOn = queue.path("successors").asText().equals(Successors.GO_ON.wireName());
    return goesOn ? "kept per key; others go on behind a dead one" : "kept per key";
  }

  private String state(JsonNode queue) {
    if (!queue.path("paused").asBoolean()) {
      return paint.green("running");
    }
    return paint.yellow("paused")
        + Json.text(queue, "pauseReason").map(why -> ": " + Paint.plain(why)).orElse("");
  }

  private static String destination(JsonNode queue) {
    JsonNode deliver = queue.path("deliver");
    if (deliver.isMissingNode()) {
      return "workers that lease";
    }
    return Paint.plain(deliver.path("url").asText())
        + (deliver.path("signed").asBoolean() ? ", signed" : ", not signed")
        + (deliver.path("allowPrivate").asBoolean() ? ", private addresses allowed" : "");
  }

  private static String duplicates(JsonNode queue) {
    JsonNode settings = queue.path("idempotency");
    JsonNode status = queue.path("idempotencyStatus");
    return Paint.plain(
            "by " + settings.path("key").asText() + " for " + settings.path("ttl").asText())
        + ", "
        + status.path("recognised").asLong()
        + " recognised"
        + Json.text(status, "trouble").map(why -> ", store: " + Paint.plain(why)).orElse("");
  }

  private static String retry(JsonNode retry) {
    StringJoiner words = new StringJoiner(", ");
    retry.properties().forEach(field -> words.add(field.getKey() + " " + value(field.getValue())));
    return Paint.plain(words.toString());
  }

  private static String value(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private void counts(JsonNode stats) {
    for (String name :
        new String[] {
          "sent", "waiting", "retrying", "running", "succeeded", "dead", "purged", "cancelled"
        }) {
      String count = stats.path(name).asText("–");
      line(name, name.equals("dead") && !count.equals("0") ? paint.red(count) : count);
    }
    Json.time(stats, "oldestDueAt")
        .ifPresent(due -> line("oldest due", Times.fromNow(due, session.terminal().clock())));
  }

  private void line(String label, String value) {
    session.print("  " + paint.dim(label + " ".repeat(LABEL_COLUMNS - label.length())) + value);
  }
}
