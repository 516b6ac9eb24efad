// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.RefusedException;
import dev.redrive.cli.screen.UsageException;
import dev.redrive.cli.send.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a queue or changes settings of one. */
@Command(
    name = "set",
    header = "Make a queue, or change settings of one.",
    description =
        "The keys are those of the configuration file, with dots. Settings that are not named stay"
            + " as they are, an empty value removes one, and @FILE reads the value from a file.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  redrive queues set orders concurrency=32 retry.attempts=5 retry.first=2s",
      "  redrive queues set orders deliver.url=https://shop.example/hooks"
          + " deliver.secret=@secret.txt"
    })
final class QueueSetCommand implements Callable<Integer> {
  private static final int NOT_FOUND = 404;
  private static final List<String> SETTINGS =
      List.of(
          "concurrency",
          "timeout",
          "ordered",
          "successors",
          "maxWaiting",
          "dedupWindow",
          "dependency",
          "breaker",
          "retry",
          "idempotency");
  private static final List<String> DESTINATION = List.of("url", "timeout", "allowPrivate");

  private final Session session;

  @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
  String queue = "";

  @Parameters(index = "1..*", paramLabel = "KEY=VALUE", description = "Settings to change.")
  List<String> assignments = List.of();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Replace all settings with this JSON object.")
  @Nullable Path file;

  QueueSetCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (file == null && assignments.isEmpty()) {
      throw new UsageException("Say what to set: KEY=VALUE, or --file.");
    }
    // What is wrong with them is told before the server is asked for anything.
    assignments.forEach(assignment -> assign(Api.object(), assignment));
    Api api = session.api();
    ObjectNode settings = file != null ? parse(Payload.read(file)) : current(api);
    assignments.forEach(assignment -> assign(settings, assignment));
    JsonNode changed = api.put(QueuesCommand.path(queue), settings);
    if (session.isJson()) {
      session.print(changed);
    } else {
      new QueueView(session).show(changed);
    }
    return Exit.DONE;
  }

  private static ObjectNode parse(byte[] json) throws IOException {
    try {
      if (Api.JSON.readTree(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new UsageException("--file is not JSON: " + e.getOriginalMessage());
    }
    throw new UsageException("--file holds no JSON object.");
  }

  private ObjectNode current(Api api) throws IOException, InterruptedException {
    ObjectNode settings = Api.object();
    try {
      JsonNode now = api.get(QueuesCommand.path(queue));
      SETTINGS.stream().filter(now::has).forEach(key -> settings.set(key, now.get(key)));
      if (now.has("deliver")) {
        ObjectNode deliver = settings.putObject("deliver");
        DESTINATION.stream()
            .filter(now.path("deliver")::has)
            .forEach(key -> deliver.set(key, now.path("deliver").get(key)));
      }
    } catch (RefusedException e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
    }
    return settings;
  }

  private static void assign(ObjectNode settings, String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new UsageException("'" + assignment + "' is not KEY=VALUE.");
    }
    String[] keys = assignment.substring(0, equals).split("\\.", -1);
    ObjectNode parent = settings;
    for (int i = 0; i < keys.length - 1; i++) {
      parent = parent.withObjectProperty(keys[i]);
    }
    String last = keys[keys.length - 1];
    String value = assignment.substring(equals + 1);
    if (last.equals("secret") && !value.isEmpty() && !value.startsWith("@")) {
      throw new UsageException(
          "A secret on the command line can be seen by others; write deliver.secret=@FILE.");
    }
    if (value.isEmpty() && !last.equals("secret")) {
      parent.remove(last);
    } else {
      parent.set(last, value(value));
    }
  }

  private static JsonNode value(String text) {
    if (text.startsWith("@")) {
      byte[] content = Payload.read(Path.of(text.substring(1)));
      return TextNode.valueOf(new String(content, StandardCharsets.UTF_8).strip());
    }
    boolean isJson = text.matches("-?\\d{1,18}|true|false|[\\[{].*");
    try {
      return isJson ? Api.JSON.readTree(text) : TextNode.valueOf(text);
    } catch (JsonProcessingException e) {
      throw new UsageException("'" + text + "' is not JSON: " + e.getOriginalMessage());
    }
  }
}
