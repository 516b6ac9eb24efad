// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A MariaDB server of the Debian packages {@code mariadb-server-core} and {@code
 * mariadb-client-core}. Takes a second to make its folder and a quarter of one to start.
 */
public final class MariaServer implements SqlServer {
  private static final Path SERVER = Path.of("/usr/sbin/mariadbd");
  private static final Duration READY = Duration.ofSeconds(60);

  private final Path folder = ServerFolder.create("redrive-mariadb");
  private final Path settings = folder.resolve("my.cnf");
  private final int port = FreePorts.take(1).get(0);
  private final AtomicInteger databases = new AtomicInteger();
  private Optional<ServerProcess> process = Optional.empty();

  private static final class Shared {
    static final MariaServer SERVER = start();
  }

  private MariaServer() {
    if (!Files.isExecutable(SERVER)) {
      throw new AssertionError(
          SERVER
              + " is missing; install it with"
              + " apt-get install mariadb-server-core mariadb-client-core");
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    try {
      Files.writeString(settings, settings());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    initialize();
  }

  /** Starts a server of one's own, with nothing in it. Returns when it answers. */
  public static MariaServer start() {
    MariaServer server = new MariaServer();
    server.restart();
    return server;
  }

  /** The server that the tests of this process share; started by the first call. */
  public static MariaServer shared() {
    return Shared.SERVER;
  }

  private String settings() {
    return """
        [mariadbd]
        datadir=%s
        socket=%s
        pid-file=%s
        bind-address=127.0.0.1
        port=%d
        skip-name-resolve
        skip-log-bin
        max_connections=200
        character-set-server=utf8mb4
        innodb_flush_log_at_trx_commit=1
        innodb_buffer_pool_size=32M
        innodb_log_file_size=16M
        """
            .formatted(
                folder.resolve("data"), folder.resolve("my.sock"), folder.resolve("my.pid"), port)
        // It runs as root only if told to.
        + (Superuser.isMe() ? "user=root\n" : "");
  }

  private void initialize() {
    Tool.run(
        List.of(
            "mariadb-install-db",
            "--defaults-file=" + settings,
            "--auth-root-authentication-method=normal",
            "--skip-test-db"));
  }

  private void launch() {
    process =
        Optional.of(
            ServerProcess.start(
                List.of(SERVER.toString(), "--defaults-file=" + settings),
                folder.resolve("server.log")));
  }

  private void awaitReady() {
    ServerProcess started = process.orElseThrow();
    started.awaitReady(
        "MariaDB",
        READY,
        () -> started.log().contains("ready for connections") && Tool.succeeds(query("SELECT 1")));
  }

  private List<String> query(String statement) {
    return List.of(
        "mariadb",
        "--no-defaults",
        "--protocol=tcp",
        "--host=127.0.0.1",
        "--port=" + port,
        "--user=root",
        "--execute=" + statement);
  }

  @Override
  public String newDatabase() {
    String name = "test_" + databases.incrementAndGet();
    Tool.run(query("CREATE DATABASE " + name));
    return name;
  }

  @Override
  public String url(String database, int port) {
    return "jdbc:mariadb://127.0.0.1:" + port + "/" + database + "?user=root&sslMode=disable";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void kill() {
    process.ifPresent(ServerProcess::killAll);
    process = Optional.empty();
  }

  @Override
  public void restart() {
    kill();
    launch();
    awaitReady();
  }

  @Override
  public void close() {
    kill();
    ServerFolder.delete(folder);
  }
}
