// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of the Debian package {@code postgresql}, the newest that is installed. Takes
 * a second to make its folder and a tenth of one to start.
 *
 * <p>It refuses to run as root, so that it runs as the package's user {@code postgres} there.
 */
public final class PostgresServer implements SqlServer {
  private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
  private static final Duration READY = Duration.ofSeconds(60);
  private static final String USER = "postgres";

  private final Path programs = programs();
  private final Path folder = ServerFolder.create("redrive-postgres");
  private final int port = FreePorts.take(1).get(0);
  private final AtomicInteger databases = new AtomicInteger();
  private Optional<ServerProcess> process = Optional.empty();

  private static final class Shared {
    static final PostgresServer SERVER = start();
  }

  private PostgresServer() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    if (Superuser.isMe()) {
      Superuser.give(folder, USER);
    }
    initialize();
  }

  /** Starts a server of one's own, with nothing in it. Returns when it answers. */
  public static PostgresServer start() {
    PostgresServer server = new PostgresServer();
    server.restart();
    return server;
  }

  /** The server that the tests of this process share; started by the first call. */
  public static PostgresServer shared() {
    return Shared.SERVER;
  }

  private static Path programs() {
    try (Stream<Path> versions = Files.list(VERSIONS)) {
      return versions
          .filter(version -> Files.isExecutable(version.resolve("bin/postgres")))
          .max(Comparator.comparing(version -> Integer.valueOf(version.toFile().getName())))
          .map(version -> version.resolve("bin"))
          .orElseThrow();
    } catch (IOException | RuntimeException missing) {
      throw new AssertionError(
          "no " + VERSIONS + "/*/bin/postgres; install it with apt-get install postgresql",
          missing);
    }
  }

  private void initialize() {
    Tool.run(
        command(
            "initdb",
            List.of(
                "-D",
                data(),
                "-U",
                USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions")));
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private List<String> command(String program, List<String> arguments) {
    // A process that changes its user is no longer bound to its parent's life; so it is bound anew.
    List<String> asUser =
        Superuser.isMe()
            ? List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups")
            : List.of();
    List<String> clean =
        List.of("setpriv", "--pdeathsig", "KILL", "env", "-i", "PATH=/usr/bin:/bin");
    return Stream.of(
            asUser, clean, List.of("LANG=C.UTF-8", programs.resolve(program).toString()), arguments)
        .flatMap(List::stream)
        .toList();
  }

  private void launch() {
    List<String> arguments =
        List.of(
            "-D",
            data(),
            "-p",
            Integer.toString(port),
            "-clisten_addresses=127.0.0.1",
            "-cunix_socket_directories=",
            "-cshared_buffers=16MB",
            "-cmax_connections=200",
            // So that nothing of it is left anywhere but in its folder.
            "-cdynamic_shared_memory_type=mmap");
    process =
        Optional.of(
            ServerProcess.start(command("postgres", arguments), folder.resolve("server.log")));
  }

  private void awaitReady() {
    ServerProcess started = process.orElseThrow();
    started.awaitReady(
        "PostgreSQL",
        READY,
        () ->
            started.log().contains("ready to accept connections")
                && Tool.succeeds(query("SELECT 1")));
  }

  private List<String> query(String statement) {
    return command(
        "psql",
        List.of(
            "-X",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            Integer.toString(port),
            "-U",
            USER,
            "-c",
            statement));
  }

  @Override
  public String newDatabase() {
    String name = "test_" + databases.incrementAndGet();
    Tool.run(query("CREATE DATABASE " + name));
    return name;
  }

  @Override
  public String url(String database, int port) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + USER;
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
