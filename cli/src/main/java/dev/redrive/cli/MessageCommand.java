// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Times;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks a message up, or takes it back. */
@Command(
    name = "message",
    synopsisSubcommandLabel = "COMMAND",
    header = "Look a message up, or take it back.")
final class MessageCommand implements Runnable {
  private static final String PATH = "/v1/messages";

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

  /** Shows a message. */
  @Command(name = "show", header = "Show where a message is and what happened to it.")
  static final class Show implements Callable<Integer> {
    private final Session session;

    @Mixin MessageId message = new MessageId();

    Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      JsonNode found = session.api().get(message.below(PATH));
      if (session.isJson()) {
        session.print(found);
      } else {
        show(found);
      }
      return Exit.DONE;
    }

    private void show(JsonNode status) {
      Paint paint = session.paint();
      int attempts = status.path("attempts").asInt();
      session.print(
          paint.bold(Paint.plain(status.path("id").asText()))
              + "  "
              + History.state(paint, status.path("state").asText())
              + " in "
              + Paint.plain(status.path("queue").asText())
              + ", "
              + attempts
              + (attempts == 1 ? " attempt" : " attempts")
              + Json.time(status, "dueAt")
                  .map(due -> ", due " + Times.fromNow(due, session.terminal().clock()))
                  .orElse(""));
      new History(session).show(status.path("history"));
    }
  }

  /** Takes a message back. */
  @Command(name = "cancel", header = "Take back a message that is not running and has not ended.")
  static final class Cancel implements Callable<Integer> {
    private final Session session;

    @Mixin MessageId message = new MessageId();

    Cancel(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      JsonNode cancelled = session.api().delete(message.below(PATH));
      if (session.isJson()) {
        session.print(cancelled);
      } else {
        session.print("cancelled  " + Paint.plain(cancelled.path("id").asText()));
      }
      return Exit.DONE;
    }
  }
}
