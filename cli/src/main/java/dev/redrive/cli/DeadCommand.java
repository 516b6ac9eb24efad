// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.screen.Headline;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Table;
import dev.redrive.cli.screen.Times;
import dev.redrive.cli.screen.UsageException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks after the messages that could not be processed. */
@Command(
    name = "dead",
    synopsisSubcommandLabel = "COMMAND",
    header = "List, show, replay or delete messages that could not be processed.")
final class DeadCommand implements Runnable {
  /** Where the server has them. */
  static final String PATH = "/v1/dead-letters";

  @Spec CommandSpec spec;

  private DeadCommand() {}

  static CommandLine withSubcommands(Session session) {
    return new CommandLine(new DeadCommand())
        .addSubcommand(new ListThem(session))
        .addSubcommand(new Show(session))
        .addSubcommand(new ReplayCommand(session))
        .addSubcommand(new PurgeCommand(session));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do: list, show, replay or purge?");
  }

  /** Lists dead letters. */
  @Command(name = "list", header = "List dead letters, oldest first within a queue.")
  static final class ListThem implements Callable<Integer> {
    private static final int PAGE_MAX = 1_000;

    private final Session session;

    @Mixin DeadFilter filter = new DeadFilter();

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "How many at most (default: ${DEFAULT-VALUE}).")
    int limit;

    ListThem(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      if (limit < 1) {
        throw new UsageException("--limit is greater than zero.");
      }
      ObjectNode result = fetch();
      if (session.isJson()) {
        session.print(result);
        return Exit.DONE;
      }
      Table table = new Table("DIED", "QUEUE", "ID", "REASON", "ATTEMPTS", "FAILURE");
      result.path("items").forEach(letter -> row(table, letter));
      session.print(table, "There are no such dead letters.");
      if (result.path("isMore").asBoolean()) {
        session.note(
            session
                .terminal()
                .paintErr()
                .dim("There are more: narrow the search or raise --limit."));
      }
      return Exit.DONE;
    }

    private ObjectNode fetch() throws IOException, InterruptedException {
      Api api = session.api();
      ObjectNode result = Api.object();
      ArrayNode items = result.putArray("items");
      String query = filter.query(session.terminal().clock());
      String cursor = "";
      do {
        int wanted = Math.min(PAGE_MAX, limit - items.size());
        JsonNode page = api.get(PATH + "?limit=" + wanted + query + cursor);
        page.path("items").forEach(items::add);
        cursor = Json.text(page, "next").map(next -> "&cursor=" + Api.segment(next)).orElse("");
      } while (!cursor.isEmpty() && items.size() < limit);
      return result.put("isMore", !cursor.isEmpty());
    }

    private void row(Table table, JsonNode letter) {
      table.row(
          Json.time(letter, "diedAt")
              .map(at -> Times.fromNow(at, session.terminal().clock()))
              .orElse("–"),
          Paint.plain(letter.path("queue").asText()),
          Paint.plain(letter.path("id").asText()),
          session.paint().red(Paint.plain(letter.path("reason").asText())),
          letter.path("attempts").asText(),
          Headline.of(letter.path("failure").asText()));
    }
  }

  /** Shows a dead letter. */
  @Command(name = "show", header = "Show a dead letter: why, when, how often, and its payload.")
  static final class Show implements Callable<Integer> {
    private final Session session;

    @Mixin MessageId message = new MessageId();

    Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      JsonNode letter = session.api().get(message.below(PATH));
      if (session.isJson()) {
        session.print(letter);
      } else {
        new DeadView(session).show(letter);
      }
      return Exit.DONE;
    }
  }
}
