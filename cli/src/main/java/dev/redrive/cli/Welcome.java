// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.RefusedException;
import dev.redrive.cli.screen.Paint;
import dev.redrive.server.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What somebody who has just started a server is told: where it is, and a line that works. */
final class Welcome {
  static final String INBOX = "inbox";
  private static final String PAYLOAD = "-d '{\"hello\":\"world\"}' ";
  private static final int QUEUES_SHOWN = 8;
  private static final int UNAUTHORIZED = 401;

  private final Session session;
  private final ServerConfig config;
  private final Optional<Path> file;
  private final URI url;
  private final Api api;
  private List<JsonNode> queues = List.of();
  private boolean isKeyNeeded;
  private boolean hasConsole;

  Welcome(Session session, ServerConfig config, Optional<Path> file, URI url) {
    this.session = session;
    this.config = config;
    this.file = file;
    this.url = url;
    this.api = new Api(url, session.terminal().variable("REDRIVE_API_KEY"));
  }

  /** Looks at what there is. */
  void prepare() throws IOException, InterruptedException {
    try {
      hasConsole = api.isPage("/");
      queues = queues();
    } catch (RefusedException e) {
      if (e.status() != UNAUTHORIZED) {
        throw e;
      }
      isKeyNeeded = true;
    }
  }

  private List<JsonNode> queues() throws IOException, InterruptedException {
    List<JsonNode> found = new ArrayList<>();
    api.get("/v1/queues").path("queues").forEach(found::add);
    return found;
  }

  ObjectNode json() {
    ObjectNode json = Api.object().put("url", url.toString()).put("transport", transport());
    ArrayNode names = json.putArray("queues");
    queues.forEach(queue -> names.add(queue.path("name").asText()));
    return json;
  }

  void show() {
    Paint paint = session.paint();
    session.print("");
    session.print(paint.bold("Redrive is ready at ") + paint.bold(paint.cyan(url.toString())));
    session.print(paint.dim("  messages  ") + transport());
    file.ifPresent(path -> session.print(paint.dim("  settings  ") + path));
    if (!queues.isEmpty()) {
      session.print(paint.dim("  queues    ") + names());
    }
    if (hasConsole) {
      session.print(paint.dim("  console   ") + paint.cyan(url + "/"));
    }
    session.print(paint.dim("  api       ") + url + "/openapi.yaml");
    session.print("");
    String key = isKeyNeeded ? "-H \"Authorization: Bearer $REDRIVE_API_KEY\" " : "";
    if (isKeyNeeded) {
      session.print(
          "It wants an API key. With one that may do all in REDRIVE_API_KEY, make a queue:");
      session.print(
          paint.cyan(
              "  " + command() + " queues set " + first() + urlOption() + " concurrency=16"));
    }
    session.print("Send a message:");
    session.print(
        paint.cyan("  curl " + key + PAYLOAD + url + "/v1/queues/" + first() + "/messages"));
    if (isKeyNeeded || queues.stream().anyMatch(queue -> isFirst(queue) && !queue.has("deliver"))) {
      session.print("Process it, in another terminal:");
      session.print(paint.cyan("  " + command() + " work " + first() + urlOption() + " -- cat"));
    }
    session.print("");
    session.print(paint.dim("Ctrl-C stops it."));
  }

  private String command() {
    return session.terminal().command();
  }

  private String urlOption() {
    return url.toString().equals(GlobalOptions.URL_DEFAULT) ? "" : " --url " + url;
  }

  // The password of a broker's URI is nobody's business on a screen.
  private String transport() {
    return Paint.plain(config.transport().replaceAll("(://[^/@:]*):[^/@]*@", "$1:…@"));
  }

  private String names() {
    StringBuilder text = new StringBuilder();
    queues.stream()
        .limit(QUEUES_SHOWN)
        .forEach(
            queue ->
                text.append(text.isEmpty() ? "" : ", ")
                    .append(Paint.plain(queue.path("name").asText()))
                    .append(queue.has("deliver") ? " (webhook)" : ""));
    return queues.size() > QUEUES_SHOWN
        ? text + " and " + (queues.size() - QUEUES_SHOWN) + " more"
        : text.toString();
  }

  /** The queue to try: one that workers lease from, if there is one. */
  private String first() {
    return queues.stream()
        .filter(queue -> !queue.has("deliver"))
        .findFirst()
        .or(() -> queues.stream().findFirst())
        .map(queue -> queue.path("name").asText())
        .orElse(INBOX);
  }

  private boolean isFirst(JsonNode queue) {
    return queue.path("name").asText().equals(first());
  }
}
