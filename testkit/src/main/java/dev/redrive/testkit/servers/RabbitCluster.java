// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three RabbitMQ nodes of this machine that form a cluster; each is killed and started by itself.
 * Takes some twenty seconds to start. Not thread-safe.
 */
public final class RabbitCluster implements AutoCloseable {
  private static final int SIZE = 3;

  private final Epmd epmd = new Epmd(List.of());
  private final List<RabbitServer> nodes;

  private RabbitCluster() {
    List<String> names = IntStream.rangeClosed(1, SIZE).mapToObj(RabbitCluster::name).toList();
    String settings =
        "cluster_formation.peer_discovery_backend = classic_config\n"
            + IntStream.rangeClosed(1, SIZE)
                .mapToObj(i -> "cluster_formation.classic_config.nodes." + i + " = " + name(i))
                .collect(Collectors.joining("\n", "", "\n"));
    nodes =
        names.stream()
            .map(name -> new RabbitServer.Place(name, "127.0.0.1", List.of(), settings))
            .map(place -> new RabbitServer(place, Optional.of(epmd)))
            .toList();
  }

  private static String name(int number) {
    return "redrive" + number + "@localhost";
  }

  /** Starts all nodes, with nothing in them. Returns when they are ready and know each other. */
  public static RabbitCluster start() {
    RabbitCluster cluster = new RabbitCluster();
    cluster.nodes.forEach(RabbitServer::launch);
    cluster.nodes.forEach(RabbitServer::awaitReady);
    String status = cluster.nodes.get(0).control("cluster_status");
    for (int i = 1; i <= SIZE; i++) {
      if (!status.contains(name(i))) {
        cluster.close();
        throw new AssertionError("the nodes have formed no cluster:\n" + status);
      }
    }
    return cluster;
  }

  /** The nodes. */
  public List<RabbitServer> nodes() {
    return nodes;
  }

  /** Ends all. */
  @Override
  public void close() {
    nodes.forEach(RabbitServer::close);
    epmd.close();
  }
}
