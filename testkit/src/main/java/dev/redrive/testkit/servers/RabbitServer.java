// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
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
  /**
   * What was on its way from one queue to another when a node died is sent again after this time,
   * which is three minutes by default.
   */
  private static final String ADVANCED =
      "[{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 5000}]}].";

  private static final Path HOME = Path.of("/usr/lib/rabbitmq");
  private static final Path SERVER = HOME.resolve("bin/rabbitmq-server");
  private static final Duration READY = Duration.ofSeconds(90);

  private final Place place;
  private final Path folder;
  private final int port;
  private final int distributionPort;
  private final Optional<Epmd> ownEpmd;
  private final Epmd epmd;
  private Optional<ServerProcess> node = Optional.empty();

  private static final class Shared {
    static final RabbitServer SERVER = start();
  }

  /**
   * Where a node runs.
   *
   * @param name its name
   * @param address where it listens
   * @param prefix what its commands begin with
   * @param settings further lines of its configuration, which win over those before
   */
  record Place(String name, String address, List<String> prefix, String settings) {
    static final Place HERE = new Place("redrive@localhost", "127.0.0.1", List.of(), "");

    static Place in(NetworkNamespace network) {
      return new Place("redrive@localhost", network.address(), network.prefix(), "");
    }

    Place with(String further) {
      return new Place(name, address, prefix, settings + further);
    }
  }

  /** A node of this place, not started; with its own epmd if none is given. */
  RabbitServer(Place place, Optional<Epmd> given) {
    this.place = place;
    if (!Files.isExecutable(SERVER)) {
      throw new AssertionError(
          SERVER + " is missing; install it with apt-get install rabbitmq-server");
    }
    List<Integer> ports = FreePorts.take(2);
    port = ports.get(0);
    distributionPort = ports.get(1);
    folder = ServerFolder.create("redrive-rabbitmq");
    try {
      writeFiles();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    ownEpmd = given.isPresent() ? Optional.empty() : Optional.of(new Epmd(place.prefix()));
    epmd = given.or(() -> ownEpmd).orElseThrow();
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Starts a node of one's own, with nothing in it. Returns when it is ready. */
  public static RabbitServer start() {
    return start(Place.HERE);
  }

  /** The same with memory enough that a measurement never meets its alarm. */
  public static RabbitServer startRoomy() {
    return start(Place.HERE.with("vm_memory_high_watermark.absolute = 8192MB\n"));
  }

  /** Starts a node of one's own in a network of its own. Returns when it is ready. */
  public static RabbitServer start(NetworkNamespace network) {
    return start(Place.in(network));
  }

  private static RabbitServer start(Place place) {
    RabbitServer server = new RabbitServer(place, Optional.empty());
    server.launch();
    server.awaitReady();
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
    Files.writeString(folder.resolve("advanced.config"), ADVANCED);
    Files.writeString(
        folder.resolve("rabbitmq.conf"),
        """
        listeners.tcp.1 = %s:%d
        loopback_users = none
        vm_memory_high_watermark.absolute = 1024MB
        disk_free_limit.absolute = 50MB
        log.console = true
        log.console.level = info
        log.file = false
        """
                .formatted(place.address(), port)
            + place.settings());
  }

  /** Starts the node and does not wait for it: the nodes of a cluster wait for one another. */
  void launch() {
    List<String> command = new ArrayList<>(place.prefix());
    command.addAll(List.of("env", "-i"));
    command.addAll(environment());
    command.add(SERVER.toString());
    node = Optional.of(ServerProcess.start(command, folder.resolve("server.log")));
  }

  void awaitReady() {
    ServerProcess started = node.orElseThrow();
    started.awaitReady("RabbitMQ", READY, () -> started.log().contains("Server startup complete"));
  }

  private List<String> environment() {
    return List.of(
        "PATH=/usr/bin:/bin",
        "LANG=C.UTF-8",
        "HOME=" + folder.resolve("home"),
        // Without this its script starts the node and waits, instead of becoming it.
        "RUNNING_UNDER_SYSTEMD=true",
        "ERL_EPMD_PORT=" + epmd.port(),
        "ERL_EPMD_ADDRESS=127.0.0.1",
        "RABBITMQ_CONF_ENV_FILE=" + folder.resolve("rabbitmq-env.conf"),
        "RABBITMQ_NODENAME=" + place.name(),
        "RABBITMQ_NODE_IP_ADDRESS=" + place.address(),
        "RABBITMQ_NODE_PORT=" + port,
        "RABBITMQ_DIST_PORT=" + distributionPort,
        "RABBITMQ_CONFIG_FILE=" + folder.resolve("rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE=" + folder.resolve("advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE=" + folder.resolve("enabled_plugins"),
        "RABBITMQ_MNESIA_BASE=" + folder.resolve("mnesia"),
        "RABBITMQ_LOG_BASE=" + folder.resolve("log"),
        "RABBITMQ_LOGS=-",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}");
  }

  /** The host and port where it listens. */
  public String address() {
    return place.address() + ":" + port;
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
    launch();
    awaitReady();
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
        Stream.of(
                place.prefix(),
                List.of(
                    "env",
                    "HOME=" + folder.resolve("home"),
                    "ERL_EPMD_PORT=" + epmd.port(),
                    "RABBITMQ_CONF_ENV_FILE=/dev/null",
                    HOME.resolve("bin/rabbitmqctl").toString(),
                    "-n",
                    place.name()),
                List.of(arguments))
            .flatMap(List::stream)
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

  /**
   * How many messages are in its queues, but for those whose names end like this; as of five
   * seconds ago at the most.
   */
  public long waiting(String except) {
    return control("list_queues", "-q", "--no-table-headers", "name", "messages")
        .lines()
        .map(line -> line.split("\t", -1))
        .filter(columns -> columns.length == 2 && !columns[0].endsWith(except))
        .mapToLong(columns -> Long.parseLong(columns[1]))
        .sum();
  }

  /** Ends the node and removes its folder. May be called twice. */
  @Override
  public void close() {
    kill();
    ownEpmd.ifPresent(Epmd::close);
    ServerFolder.delete(folder);
  }
}
