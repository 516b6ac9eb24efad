// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A RabbitMQ node of the Debian package {@code rabbitmq-server}, with an epmd of its own, in a
 * temporary folder. Takes some five seconds to start, so that tests of one process share one; what
 * they do they do in queues of their own. Not thread-safe, but for {@link #shared} and {@link
 * #port}.
 */
public final class RabbitServer implements AutoCloseable {
  private static final Path HOME = Path.of("/usr/lib/rabbitmq");
  private static final Path SERVER = HOME.resolve("bin/rabbitmq-server");
  private static final Duration READY = Duration.ofSeconds(90);
  private static final String NODE = "redrive@localhost";

  private final Path folder;
  private final int port;
  private final int distributionPort;
  private final int epmdPort;
  private final ServerProcess epmd;
  private Optional<ServerProcess> node = Optional.empty();

  private static final class Shared {
    static final RabbitServer SERVER = start();
  }

  private RabbitServer() {
    if (!Files.isExecutable(SERVER)) {
      throw new AssertionError(
          SERVER + " is missing; install it with apt-get install rabbitmq-server");
    }
    List<Integer> ports = FreePorts.take(3);
    port = ports.get(0);
    distributionPort = ports.get(1);
    epmdPort = ports.get(2);
    try {
      folder = Files.createTempDirectory("redrive-rabbitmq");
      writeFiles();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    epmd =
        ServerProcess.start(
            List.of(
                "epmd",
                "-port",
                Integer.toString(epmdPort),
                "-address",
                "127.0.0.1",
                "-relaxed_command_check"),
            folder.resolve("epmd.log"));
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Starts a node of one's own, with nothing in it. Returns when it is ready. */
  public static RabbitServer start() {
    RabbitServer server = new RabbitServer();
    server.startNode();
    return server;
  }

  /** The node that the tests of this process share; started by the first call. */
  public static RabbitServer shared() {
    return Shared.SERVER;
  }

  private void writeFiles() throws IOException {
    for (String name : List.of("home", "mnesia", "log")) {
      Files.createDirectory(folder.resolve(name));
    }
    Path cookie = folder.resolve("home/.erlang.cookie");
    Files.writeString(cookie, "redrive");
    Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
    Files.writeString(folder.resolve("enabled_plugins"), "[].");
    Files.writeString(folder.resolve("rabbitmq-env.conf"), "");
    Files.writeString(
        folder.resolve("rabbitmq.conf"),
        """
        listeners.tcp.1 = 127.0.0.1:%d
        loopback_users = none
        vm_memory_high_watermark.absolute = 1024MB
        disk_free_limit.absolute = 50MB
        log.console = true
        log.console.level = info
        log.file = false
        """
            .formatted(port));
  }

  private void startNode() {
    ServerProcess started =
        ServerProcess.start(
            List.of(
                "env",
                "-i",
                "PATH=/usr/bin:/bin",
                "LANG=C.UTF-8",
                "HOME=" + folder.resolve("home"),
                // Without this its script starts the node and waits, instead of becoming it.
                "RUNNING_UNDER_SYSTEMD=true",
                "ERL_EPMD_PORT=" + epmdPort,
                "ERL_EPMD_ADDRESS=127.0.0.1",
                "RABBITMQ_CONF_ENV_FILE=" + folder.resolve("rabbitmq-env.conf"),
                "RABBITMQ_NODENAME=" + NODE,
                "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
                "RABBITMQ_NODE_PORT=" + port,
                "RABBITMQ_DIST_PORT=" + distributionPort,
                "RABBITMQ_CONFIG_FILE=" + folder.resolve("rabbitmq.conf"),
                "RABBITMQ_ENABLED_PLUGINS_FILE=" + folder.resolve("enabled_plugins"),
                "RABBITMQ_MNESIA_BASE=" + folder.resolve("mnesia"),
                "RABBITMQ_LOG_BASE=" + folder.resolve("log"),
                "RABBITMQ_LOGS=-",
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
                SERVER.toString()),
            folder.resolve("server.log"));
    node = Optional.of(started);
    started.awaitReady("RabbitMQ", READY, () -> started.log().contains("Server startup complete"));
  }

  /** Where it listens on 127.0.0.1; the same after a restart. Its user is guest, guest. */
  public int port() {
    return port;
  }

  /** Kills the node with SIGKILL. What it had confirmed is in its folder. */
  public void kill() {
    node.ifPresent(ServerProcess::kill);
    node = Optional.empty();
  }

  /** Starts the node that was killed. Returns when it is ready. */
  public void restart() {
    kill();
    startNode();
  }

  /** Lets the node stand still, its connections open. */
  public void freeze() {
    node.orElseThrow().freeze();
  }

  /** Lets the node go on. */
  public void thaw() {
    node.orElseThrow().thaw();
  }

  /** Runs {@code rabbitmqctl} with these arguments, and returns what it printed. */
  public String control(String... arguments) {
    List<String> command =
        Stream.concat(
                Stream.of(
                    "env",
                    "HOME=" + folder.resolve("home"),
                    "ERL_EPMD_PORT=" + epmdPort,
                    "RABBITMQ_CONF_ENV_FILE=/dev/null",
                    HOME.resolve("bin/rabbitmqctl").toString(),
                    "-n",
                    NODE),
                Stream.of(arguments))
            .toList();
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(String.join(" ", arguments) + " failed: " + printed);
      }
      return printed;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** Ends the node and removes its folder. May be called twice. */
  @Override
  public void close() {
    kill();
    epmd.kill();
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
