// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.screen.Headline;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Times;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Writes an event as a line for people. */
final class EventLine {
  private static final int KIND_COLUMNS = 9;
  private static final int CAUSE_MAX = 160;
  private static final Duration LATE = Duration.ofSeconds(1);

  private final Paint paint;
  private final Clock clock;
  private final boolean isQueueShown;

  EventLine(Paint paint, Clock clock, boolean isQueueShown) {
    this.paint = paint;
    this.clock = clock;
    this.isQueueShown = isQueueShown;
  }

  String of(JsonNode event) {
    String kind = event.path("event").asText();
    StringBuilder line = new StringBuilder();
    Json.time(event, "at")
        .ifPresent(at -> line.append(paint.dim(Times.timeOfDay(at, clock))).append(' '));
    String padding = " ".repeat(Math.max(0, KIND_COLUMNS - kind.length()));
    line.append(sign(kind)).append(' ').append(colour(kind)).append(padding).append(' ');
    if (isQueueShown) {
      line.append(Paint.plain(event.path("queue").asText())).append("  ");
    }
    Json.text(event, "id").ifPresent(id -> line.append(Paint.plain(id)).append("  "));
    return line.append(details(event, kind)).toString().stripTrailing();
  }

  private String sign(String kind) {
    return switch (kind) {
      case "sent" -> paint.cyan("→");
      case "started" -> paint.dim("▸");
      case "succeeded" -> paint.green("✓");
      case "recognised" -> paint.green("=");
      case "retried" -> paint.yellow("↻");
      case "deferred" -> paint.yellow("…");
      case "died" -> paint.red("✗");
      case "replayed" -> paint.cyan("↺");
      case "paused" -> paint.yellow("‖");
      case "dependency" -> paint.yellow("⏻");
      default -> "·";
    };
  }

  private String colour(String kind) {
    return switch (kind) {
      case "succeeded", "recognised" -> paint.green(kind);
      case "retried", "deferred", "paused" -> paint.yellow(kind);
      case "died" -> paint.red(kind);
      case "started" -> paint.dim(kind);
      default -> Paint.plain(kind);
    };
  }

  private static Optional<Duration> dueIn(JsonNode event) {
    return Json.time(event, "dueAt")
        .flatMap(due -> Json.time(event, "at").map(at -> Duration.between(at, due)))
        .filter(wait -> !wait.isNegative());
  }

  private String details(JsonNode event, String kind) {
    StringBuilder text = new StringBuilder();
    int attempt = event.path("attempt").asInt();
    if (attempt > 1 || (attempt == 1 && !kind.equals("started") && !kind.equals("succeeded"))) {
      text.append(paint.dim("attempt " + attempt)).append("  ");
    }
    if (event.path("duplicate").asBoolean()) {
      text.append("known already  ");
    }
    if (event.has("tookMillis")) {
      Duration took = Duration.ofMillis(event.path("tookMillis").asLong());
      text.append(paint.dim("in " + Times.text(took))).append("  ");
    }
    Duration lateness = Duration.ofMillis(event.path("latenessMillis").asLong());
    if (lateness.compareTo(LATE) > 0) {
      text.append(paint.yellow(Times.text(lateness) + " late")).append("  ");
    }
    if (event.has("count")) {
      text.append(event.path("count").asLong()).append("  ");
    }
    dueIn(event).ifPresent(wait -> text.append("next in ").append(Times.text(wait)).append("  "));
    Json.text(event, "dependency")
        .ifPresent(
            name ->
                text.append(Paint.plain(name))
                    .append(" is ")
                    .append(Paint.plain(event.path("breaker").asText()))
                    .append("  "));
    Json.text(event, "reason").ifPresent(why -> text.append(Paint.plain(why)).append("  "));
    Json.text(event, "cause")
        .ifPresent(cause -> text.append(Paint.brief(Headline.of(cause), CAUSE_MAX)));
    return text.toString();
  }
}
