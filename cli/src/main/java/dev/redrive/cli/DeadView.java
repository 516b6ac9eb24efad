// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.http.Lease;
import dev.redrive.cli.screen.Headline;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Times;
import dev.redrive.cli.send.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Shows one dead letter. */
final class DeadView {
  private static final int LABEL_COLUMNS = 13;
  private static final int PAYLOAD_MAX = 4_000;

  private final Session session;
  private final Paint paint;

  DeadView(Session session) {
    this.session = session;
    this.paint = session.paint();
  }

  void show(JsonNode letter) throws IOException {
    String queue = Paint.plain(letter.path("queue").asText());
    String id = Paint.plain(letter.path("id").asText());
    session.print(paint.bold(id) + "  " + paint.red("dead") + " in " + queue);
    line("reason", Paint.plain(letter.path("reason").asText()));
    failure(letter.path("failure").asText());
    line("fingerprint", Paint.plain(letter.path("fingerprint").asText()));
    line("attempts", letter.path("attempts").asText());
    time("sent", letter, "firstSeen");
    time("died", letter, "diedAt");
    Json.text(letter, "key").ifPresent(key -> line("key", Paint.plain(key)));
    letter
        .path("headers")
        .properties()
        .forEach(
            header ->
                line("header", Paint.plain(header.getKey() + ": " + header.getValue().asText())));
    payload(letter);
    new History(session).show(letter.path("history"));
    session.print("");
    session.print(
        paint.dim(
            "Send it again:  "
                + session.terminal().command()
                + " dead replay "
                + id
                + " --queue "
                + queue));
  }

  private void failure(String failure) {
    line("failure", Headline.of(failure));
    failure
        .lines()
        .skip(1)
        .forEach(
            line -> session.print(" ".repeat(LABEL_COLUMNS + 2) + paint.dim(Paint.plain(line))));
  }

  private void time(String label, JsonNode letter, String field) {
    Json.time(letter, field)
        .ifPresent(time -> line(label, Times.full(time, session.terminal().clock())));
  }

  private void payload(JsonNode letter) throws IOException {
    byte[] body = Lease.payload(letter);
    String type = Payload.contentType(body);
    line("payload", body.length + " bytes");
    if (type.startsWith("application/json")) {
      indented(Api.JSON.readTree(body).toPrettyString());
    } else if (type.startsWith("text/")) {
      indented(new String(body, StandardCharsets.UTF_8));
    } else {
      session.print("    (not text; --json gives it in Base64)");
    }
  }

  private void indented(String text) {
    boolean isLong = text.length() > PAYLOAD_MAX;
    (isLong ? text.substring(0, PAYLOAD_MAX) : text)
        .lines()
        .forEach(line -> session.print("    " + Paint.plain(line)));
    if (isLong) {
      session.print(paint.dim("    … (--json gives all of it)"));
    }
  }

  private void line(String label, String value) {
    session.print("  " + paint.dim(label + " ".repeat(LABEL_COLUMNS - label.length())) + value);
  }
}
