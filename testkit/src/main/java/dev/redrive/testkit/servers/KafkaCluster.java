// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.util.List;
import java.util.Map;

/**
 * Three Kafka nodes of this machine that form a cluster; each is killed and started by itself. A
 * topic that does not say otherwise has three replicas, and two of them must have a record before
 * it is acknowledged. Takes some ten seconds to start. Not thread-safe, but for {@link #bootstrap}
 * and {@link #way}.
 */
public final class KafkaCluster implements AutoCloseable {
  private static final int SIZE = 3;

  private final KafkaNetwork network = new KafkaNetwork(SIZE);
  private final List<KafkaServer> nodes;

  private KafkaCluster(Map<String, String> settings) {
    List<String> command = KafkaJava.command(KafkaJava.QUICK);
    nodes =
        network.nodes().stream()
            .map(node -> new KafkaServer(network, node, settings, command))
            .toList();
  }

  /** Starts all nodes, with nothing in them. Returns when they are ready and know each other. */
  public static KafkaCluster start() {
    return start(Map.of());
  }

  /** The same, with these settings besides for each. */
  public static KafkaCluster start(Map<String, String> settings) {
    KafkaCluster cluster = new KafkaCluster(settings);
    cluster.nodes.forEach(KafkaServer::launch);
    cluster.nodes.forEach(KafkaServer::awaitReady);
    return cluster;
  }

  /** The nodes; the ids that Kafka knows them by are 1, 2 and 3. */
  public List<KafkaServer> nodes() {
    return nodes;
  }

  /** Where they listen, as {@code bootstrap.servers}. */
  public String bootstrap() {
    return network.bootstrap();
  }

  /**
   * A way of one's own to all of them.
   *
   * @throws IllegalStateException if there are too many at a time
   */
  public KafkaWay way() {
    return network.way();
  }

  /** Ends all. */
  @Override
  public void close() {
    nodes.forEach(KafkaServer::close);
    network.close();
  }
}
