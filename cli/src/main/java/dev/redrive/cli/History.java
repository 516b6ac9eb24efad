// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.screen.Headline;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Table;
import dev.redrive.cli.screen.Times;

/** Shows a message's transitions. */
final class History {
  private final Session session;

  History(Session session) {
    this.session = session;
  }

  void show(JsonNode transitions) {
    Table table = new Table("WHEN", "BECAME", "ATTEMPT", "WHY");
    transitions.forEach(
        transition ->
            table.row(
                Json.time(transition, "at")
                    .map(at -> Times.timeOfDay(at, session.terminal().clock()))
                    .orElse("–"),
                state(session.paint(), transition.path("to").asText()),
                transition.path("attempt").asText("–"),
                Headline.of(transition.path("cause").asText(""))));
    if (!table.isEmpty()) {
      session.print("");
      session.print(table, "");
    }
  }

  /** A state in its colour. */
  static String state(Paint paint, String state) {
    return switch (state) {
      case "succeeded" -> paint.green(state);
      case "dead" -> paint.red(state);
      case "retrying", "held" -> paint.yellow(state);
      default -> Paint.plain(state);
    };
  }
}
