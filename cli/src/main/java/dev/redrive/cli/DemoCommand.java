// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.cli.demo.Demo;
import dev.redrive.cli.demo.Stage;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Board;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Terminal;
import dev.redrive.server.Server;
import dev.redrive.server.config.BindAddress;
import dev.redrive.server.config.BreakersConfig;
import dev.redrive.server.config.LimitsConfig;
import dev.redrive.server.config.LogFormat;
import dev.redrive.server.config.ServerConfig;
import dev.redrive.server.config.TelemetryConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Plays the demo on a server of its own. */
@Command(
    name = "demo",
    header = "Watch it at work for half a minute: failures, an outage, a replay.",
    description =
        "Starts a server in a temporary folder and a flaky destination beside it, sends some"
            + " hundreds of messages through both, and checks in the end that all figures add up."
            + " It needs no server, and leaves nothing behind.")
final class DemoCommand implements Callable<Integer> {
  private static final Duration TICK = Duration.ofMillis(100);

  private final Session session;

  @Option(
      names = "--transport",
      paramLabel = "URI",
      description = "What keeps the messages (default: an embedded store in a temporary folder).")
  @Nullable String transport;

  DemoCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.QUIET.apply();
    // Without it, a small answer of the destination waits for the client's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    Path folder = Files.createTempDirectory("redrive-demo");
    Shutdown shutdown = Shutdown.hook(() -> delete(folder), Duration.ZERO);
    try (Server server = Server.start(config(folder))) {
      return play(server);
    } finally {
      delete(folder);
      shutdown.ended(Exit.DONE);
    }
  }

  private ServerConfig config(Path folder) {
    return new ServerConfig(
        new BindAddress("127.0.0.1", 0),
        transport == null ? "embedded:" + folder.resolve("messages") : transport,
        folder.resolve("data"),
        Map.of(),
        Map.of(),
        BreakersConfig.defaults(),
        TelemetryConfig.defaults(),
        LimitsConfig.defaults(),
        List.of(),
        Set.of(),
        LogFormat.TEXT,
        Optional.empty());
  }

  private int play(Server server) throws IOException, InterruptedException {
    URI url = URI.create("http://127.0.0.1:" + server.address().getPort());
    Terminal terminal = session.terminal();
    PrintStream out = session.isJson() ? terminal.err() : terminal.out();
    Paint paint = session.isJson() ? terminal.paintErr() : terminal.paint();
    boolean canRedraw =
        (session.isJson() ? terminal.ttys().isErr() : terminal.ttys().isOut()) && !isDumb(terminal);
    Board board = new Board(out, canRedraw, terminal.ttys().columns());
    board.print(
        paint.bold("Redrive demo")
            + paint.dim("  a server at " + url + ", a flaky destination beside it"));
    Stage stage = new Stage(board, paint, terminal.ttys().columns());
    Demo demo = new Demo(new Api(url, Optional.empty()), board, stage, TICK);
    Demo.Outcome outcome = demo.play();
    if (session.isJson()) {
      session.print(outcome.json());
    }
    board.print("");
    if (outcome.isSound()) {
      board.print(
          paint.green("All figures add up.") + " Now use it:  " + terminal.command() + " serve");
      return Exit.DONE;
    }
    board.print(paint.red("The figures do not add up.") + " This should never happen.");
    return Exit.FAILED;
  }

  private static boolean isDumb(Terminal terminal) {
    return terminal.variable("TERM").orElse("").equals("dumb");
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      // A temporary folder that cannot be removed is the system's to remove.
    }
  }
}
