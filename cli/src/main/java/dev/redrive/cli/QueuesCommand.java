// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Table;
import dev.redrive.cli.screen.Times;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the queues; its subcommands show, pause, resume and change one. */
@Command(
    name = "queues",
    synopsisSubcommandLabel = "[COMMAND]",
    header = "Show the queues and how many messages are where.")
final class QueuesCommand implements Callable<Integer> {
  private final Session session;

  private QueuesCommand(Session session) {
    this.session = session;
  }

  static CommandLine withSubcommands(Session session) {
    return new CommandLine(new QueuesCommand(session))
        .addSubcommand(new Show(session))
        .addSubcommand(new Pause(session))
        .addSubcommand(new Resume(session))
        .addSubcommand(new QueueSetCommand(session));
  }

  static String path(String queue) {
    return "/v1/queues/" + Api.segment(queue);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    JsonNode answer = session.api().get("/v1/queues");
    if (session.isJson()) {
      session.print(answer);
      return Exit.DONE;
    }
    Table table =
        new Table(
            "QUEUE", "WAITING", "RETRYING", "RUNNING", "SUCCEEDED", "DEAD", "STATE", "GOES TO");
    answer.path("queues").forEach(queue -> row(table, queue));
    session.print(
        table,
        "There are no queues yet. Make one:  "
            + session.terminal().command()
            + " queues set NAME concurrency=16");
    return Exit.DONE;
  }

  private void row(Table table, JsonNode queue) {
    JsonNode stats = queue.path("stats");
    String dead = count(stats, "dead");
    table.row(
        Paint.plain(queue.path("name").asText()),
        count(stats, "waiting"),
        count(stats, "retrying"),
        count(stats, "running"),
        count(stats, "succeeded"),
        dead.equals("0") ? dead : session.paint().red(dead),
        state(queue),
        queue.has("deliver")
            ? Paint.plain(queue.path("deliver").path("url").asText())
            : session.paint().dim("workers"));
  }

  private static String count(JsonNode stats, String field) {
    return stats.has(field) ? String.format(Locale.ROOT, "%,d", stats.path(field).asLong()) : "–";
  }

  private String state(JsonNode queue) {
    if (queue.path("paused").asBoolean()) {
      return session.paint().yellow("paused");
    }
    Clock clock = session.terminal().clock();
    return Json.time(queue.path("stats"), "oldestDueAt")
        .filter(due -> due.isBefore(clock.instant().minusSeconds(10)))
        .map(due -> "behind " + Times.text(Duration.between(due, clock.instant())))
        .orElse(session.paint().green("ok"));
  }

  /** Shows one queue. */
  @Command(name = "show", header = "Show a queue's settings and counts.")
  static final class Show implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
    String queue = "";

    Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      JsonNode json = session.api().get(path(queue));
      if (session.isJson()) {
        session.print(json);
      } else {
        new QueueView(session).show(json);
      }
      return Exit.DONE;
    }
  }

  /** Pauses a queue. */
  @Command(name = "pause", header = "Start nothing more of a queue. Sending stays possible.")
  static final class Pause implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
    String queue = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Shown to everybody.")
    String reason = "";

    Pause(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      JsonNode state =
          reason.isEmpty()
              ? session.api().post(path(queue) + ":pause")
              : session.api().post(path(queue) + ":pause", Api.object().put("reason", reason));
      tell(session, state);
      return Exit.DONE;
    }
  }

  /** Ends a pause. */
  @Command(name = "resume", header = "End a pause.")
  static final class Resume implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
    String queue = "";

    Resume(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      tell(session, session.api().post(path(queue) + ":resume"));
      return Exit.DONE;
    }
  }

  private static void tell(Session session, JsonNode state) {
    if (session.isJson()) {
      session.print(state);
      return;
    }
    String name = Paint.plain(state.path("name").asText());
    if (state.path("paused").asBoolean()) {
      session.print(name + " is " + session.paint().yellow("paused") + "; resume it with:");
      session.print("  " + session.terminal().command() + " queues resume " + name);
    } else {
      session.print(name + " is " + session.paint().green("running"));
    }
  }
}
