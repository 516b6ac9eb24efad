// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.server.Server;
import dev.redrive.server.config.BindAddress;
import dev.redrive.server.config.BreakersConfig;
import dev.redrive.server.config.LimitsConfig;
import dev.redrive.server.config.LogFormat;
import dev.redrive.server.config.ServerConfig;
import dev.redrive.server.config.TelemetryConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A server in this process, on the memory transport and at a free port. */
public final class RealServer implements AutoCloseable {
  private final Server server;

  /** Starts it, with its settings in this folder. */
  public RealServer(Path folder) {
    this(folder, 0);
  }

  /** Starts it at this port. */
  public RealServer(Path folder, int port) {
    this.server =
        Server.start(
            new ServerConfig(
                new BindAddress("127.0.0.1", port),
                "memory:",
                folder.resolve("data"),
                Map.of(),
                Map.of(),
                BreakersConfig.defaults(),
                TelemetryConfig.defaults(),
                LimitsConfig.defaults(),
                List.of(),
                Set.of(),
                LogFormat.TEXT,
                Optional.empty()));
  }

  /** Its port. */
  public int port() {
    return server.address().getPort();
  }

  /** Where it is. */
  public String url() {
    return "http://127.0.0.1:" + port();
  }

  @Override
  public void close() {
    server.stop(Duration.ZERO);
  }
}
