// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.TransportState;
import dev.redrive.cli.screen.FailedException;
import dev.redrive.cli.screen.UsageException;
import dev.redrive.server.Server;
import dev.redrive.server.config.BindAddress;
import dev.redrive.server.config.ConfigFile;
import dev.redrive.server.config.LogFormat;
import dev.redrive.server.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a server. */
@Command(
    name = "serve",
    header = "Run a server: HTTP in, webhooks or leases out.",
    description =
        "Without --config it reads redrive.yaml if there is one, and otherwise serves a queue named"
            + " inbox. Ctrl-C or SIGTERM stops it in good order.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  redrive serve",
      "  redrive serve --config redrive.yaml --bind 127.0.0.1:9000 --logs json",
      "  redrive serve --transport memory:"
    })
final class ServeCommand implements Callable<Integer> {
  private static final Path CONFIG_DEFAULT = Path.of("redrive.yaml");
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration STOP_MAX = Duration.ofSeconds(30);

  private final Session session;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration, YAML or JSON.")
  @Nullable Path config;

  @Option(
      names = "--bind",
      paramLabel = "HOST:PORT",
      description = "Where to listen (default: $REDRIVE_BIND, or 127.0.0.1:8080).")
  @Nullable String bind;

  @Option(
      names = "--transport",
      paramLabel = "URI",
      description =
          "What keeps the messages (default: $REDRIVE_TRANSPORT, or embedded:./redrive-data).")
  @Nullable String transport;

  @Option(names = "--logs", paramLabel = "FORMAT", description = "text or json.")
  @Nullable LogFormat logs;

  ServeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Optional<Path> file = configFile();
    ServerConfig settings = settings(file);
    boolean isText = (logs == null ? settings.logs() : logs) == LogFormat.TEXT;
    (isText ? Logging.TEXT : Logging.JSON).apply();
    CountDownLatch stop = new CountDownLatch(1);
    Shutdown shutdown = Shutdown.hook(stop::countDown, STOP_MAX);
    try (Server server = Server.start(settings.withFirstQueue(Welcome.INBOX))) {
      Welcome welcome = new Welcome(session, settings, file, url(server));
      welcome.prepare();
      if (session.isJson()) {
        session.printLine(welcome.json());
      } else if (isText) {
        welcome.show();
      }
      boolean isStopped = false;
      while (!isStopped && server.transport() != TransportState.FENCED) {
        isStopped = stop.await(1, TimeUnit.SECONDS);
      }
      if (isText) {
        session.note("stopping…");
      }
      server.stop(GRACE);
      if (!isStopped) {
        // Whoever supervises this process starts it anew, and it reads what is there.
        throw new FailedException(
            "the store failed, and nothing is acknowledged any more",
            "Mend what the log tells of, then start the server again; what was acknowledged is there.");
      }
      return Exit.DONE;
    } finally {
      shutdown.ended(Exit.DONE);
    }
  }

  private Optional<Path> configFile() {
    if (config != null) {
      return Optional.of(config);
    }
    return Files.exists(CONFIG_DEFAULT) ? Optional.of(CONFIG_DEFAULT) : Optional.empty();
  }

  private ServerConfig settings(Optional<Path> file) {
    ServerConfig settings =
        file.map(path -> ConfigFile.load(path, session.terminal().env()))
            .orElseGet(() -> ConfigFile.none(session.terminal().env()));
    if (bind != null) {
      try {
        settings = settings.withBind(BindAddress.parse(bind));
      } catch (IllegalArgumentException e) {
        throw new UsageException("--bind " + bind + " " + e.getMessage());
      }
    }
    return transport == null ? settings : settings.withTransport(transport);
  }

  private static URI url(Server server) {
    String host = server.address().getHostString();
    boolean isAny = host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
    String name = isAny ? "127.0.0.1" : host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return URI.create("http://" + name + ":" + server.address().getPort());
  }
}
