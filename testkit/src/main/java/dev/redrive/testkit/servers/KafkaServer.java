// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Kafka node, broker and controller in one, in a temporary folder. Takes some two seconds to
 * start, ten more the first time after a clean build, so that tests of one process share one; what
 * they do they do in topics and groups of their own. Not thread-safe, but for {@link #shared},
 * {@link #bootstrap} and {@link #way}.
 *
 * <p>Its class path is read from the file that the system property {@code redrive.kafka.classpath}
 * names; the module {@code testkit/kafka-server} writes it.
 */
public final class KafkaServer implements AutoCloseable {
  /** Of 22 characters of base 64, as Kafka asks. */
  private static final String CLUSTER = "redrive-kafka-for-test";

  private static final Duration READY = Duration.ofSeconds(90);

  private final KafkaNetwork network;
  private final KafkaNetwork.Node node;
  private final List<String> command;
  private final Path folder = ServerFolder.create("redrive-kafka");
  private Optional<ServerProcess> process = Optional.empty();

  private static final class Shared {
    static final KafkaServer SERVER = start();
  }

  /** A node of this network that this command starts, not started. */
  KafkaServer(
      KafkaNetwork network,
      KafkaNetwork.Node node,
      Map<String, String> settings,
      List<String> command) {
    this.network = network;
    this.node = node;
    this.command = command;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    try {
      Files.writeString(
          folder.resolve("server.properties"),
          KafkaSettings.of(network, node, folder.resolve("data"), settings));
      Files.writeString(folder.resolve("log4j2.properties"), KafkaSettings.LOG);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Starts a node of one's own, with nothing in it. Returns when it is ready. */
  public static KafkaServer start() {
    return start(Map.of());
  }

  /** Starts a node of one's own with these settings besides. Returns when it is ready. */
  public static KafkaServer start(Map<String, String> settings) {
    return start(settings, KafkaJava.QUICK);
  }

  /**
   * Starts a node of one's own with these settings besides, on a Java with these options and none
   * of the usual ones, which make it quick to start and slow at work. Returns when it is ready.
   */
  public static KafkaServer start(Map<String, String> settings, List<String> java) {
    List<String> command = KafkaJava.command(java);
    KafkaNetwork network = new KafkaNetwork(1);
    KafkaServer server = new KafkaServer(network, network.nodes().get(0), settings, command);
    server.launch();
    server.awaitReady();
    return server;
  }

  /** The node that the tests of this process share; started by the first call. */
  public static KafkaServer shared() {
    return Shared.SERVER;
  }

  /** Starts the node and does not wait for it: the nodes of a cluster wait for one another. */
  void launch() {
    List<String> all = new ArrayList<>(command);
    all.add("-Dlog4j2.configurationFile=" + folder.resolve("log4j2.properties"));
    all.add(KafkaMain.class.getName());
    all.add(folder.resolve("server.properties").toString());
    if (!Files.exists(folder.resolve("data"))) {
      all.add(CLUSTER);
    }
    process = Optional.of(ServerProcess.start(all, folder.resolve("server.log")));
  }

  void awaitReady() {
    ServerProcess started = process.orElseThrow();
    // Said when it has joined its cluster and its listeners answer.
    started.awaitReady("Kafka", READY, () -> started.log().contains("Kafka Server started"));
  }

  /** Where it listens, as {@code bootstrap.servers}; the same after a restart. */
  public String bootstrap() {
    return node.address();
  }

  /**
   * A way of one's own to it, and to its cluster if it is in one.
   *
   * @throws IllegalStateException if there are too many at a time
   */
  public KafkaWay way() {
    return network.way();
  }

  /** Kills the node with SIGKILL. What it had acknowledged is in its folder. */
  public void kill() {
    process.ifPresent(ServerProcess::kill);
    process = Optional.empty();
  }

  /** Ends the node in good order. Returns when it has ended. */
  void stop() {
    process.ifPresent(ServerProcess::stop);
    process = Optional.empty();
  }

  /** Starts the node that was killed. Returns when it is ready. */
  public void restart() {
    kill();
    launch();
    awaitReady();
  }

  /** Lets the node stand still, its connections open. */
  public void freeze() {
    process.orElseThrow().freeze();
  }

  /** Lets the node go on. */
  public void thaw() {
    process.orElseThrow().thaw();
  }

  /** Ends the node and removes its folder. May be called twice. */
  @Override
  public void close() {
    kill();
    if (network.nodes().size() == 1) {
      network.close();
    }
    ServerFolder.delete(folder);
  }
}
