// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Times;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks a message up, or takes it back. */
@Command(
    name = "message",
    synopsisSubcommandLabel = "COMMAND",
    header = "Look a message up, or take it back.")
final class MessageCommand implements Runnable {
  @Spec CommandSpec spec;

  private MessageCommand() {}

  static CommandLine withSubcommands(Session session) {
    return new CommandLine(new MessageCommand())
        .addSubcommand(new Show(session))
        .addSubcommand(new Cancel(session));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do: show or cancel?");
  }

  private static String path(String id, @Nullable String queue) {
    return "/v1/messages/"
        + Api.segment(id)
        + (queue == null ? "" : "?queue=" + Api.segment(queue));
  }

  /** Shows a message. */
  @Command(name = "show", header = "Show where a message is and what happened to it.")
  static final class Show implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "ID", description = "The message's id.")
    String id = "";

    @Option(
        names = "--queue",
        paramLabel = "QUEUE",
        description = "Its queue, where several know the id.")
    @Nullable String queue;

    Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      JsonNode message = session.api().get(path(id, queue));
      if (session.isJson()) {
        session.print(message);
      } else {
        show(message);
      }
      return Exit.DONE;
    }

    private void show(JsonNode message) {
      Paint paint = session.paint();
      int attempts = message.path("attempts").asInt();
      session.print(
          paint.bold(Paint.plain(message.path("id").asText()))
              + "  "
              + History.state(paint, message.path("state").asText())
              + " in "
              + Paint.plain(message.path("queue").asText())
              + ", "
              + attempts
              + (attempts == 1 ? " attempt" : " attempts")
              + Json.time(message, "dueAt")
                  .map(due -> ", due " + Times.fromNow(due, session.terminal().clock()))
                  .orElse(""));
      new History(session).show(message.path("history"));
    }
  }

  /** Takes a message back. */
  @Command(name = "cancel", header = "Take back a message that is not running and has not ended.")
  static final class Cancel implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "ID", description = "The message's id.")
    String id = "";

    @Option(
        names = "--queue",
        paramLabel = "QUEUE",
        description = "Its queue, where several know the id.")
    @Nullable String queue;

    Cancel(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      JsonNode message = session.api().delete(path(id, queue));
      if (session.isJson()) {
        session.print(message);
      } else {
        session.print("cancelled  " + Paint.plain(message.path("id").asText()));
      }
      return Exit.DONE;
    }
  }
}
