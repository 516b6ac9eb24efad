// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.testkit.servers.RabbitCluster;
import dev.redrive.testkit.servers.RabbitServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Three nodes with a copy each of every queue, of which some are killed and come back. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RabbitClusterFaultsTest {
  private static final Duration LONGEST = Duration.ofSeconds(3);

  private static RabbitCluster cluster;

  @BeforeAll
  static void startCluster() {
    cluster = RabbitCluster.start();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  private static BrokerFlow flow(String queue) {
    String addresses =
        cluster.nodes().stream().map(RabbitServer::address).collect(Collectors.joining(","));
    return new BrokerFlow(queue, new RabbitBroker(addresses, cluster.nodes().get(0)));
  }

  @Test
  void one_node_of_three_is_killed() {
    try (BrokerFlow flow = flow("cluster")) {
      flow.runWithLocalCrew(Scale.asked(), new NodesKilled(flow, 1));
    }
  }

  /** Then there is no majority, and nothing is confirmed until there is one. */
  @EnabledIfSystemProperty(
      named = "redrive.faults",
      matches = "full",
      disabledReason = "takes minutes; see docs/knowledge/testing.md")
  @Test
  void two_nodes_of_three_are_killed() {
    try (BrokerFlow flow = flow("minority")) {
      flow.runWithLocalCrew(Scale.asked(), new NodesKilled(flow, 2));
    }
  }

  private static final class NodesKilled implements Fault {
    private final BrokerFlow flow;
    private final int count;
    private final List<RabbitServer> killed = new ArrayList<>();

    NodesKilled(BrokerFlow flow, int count) {
      this.flow = flow;
      this.count = count;
    }

    @Override
    public void strike(SplittableRandom random) {
      List<RabbitServer> nodes = cluster.nodes();
      int first = random.nextInt(nodes.size());
      for (int i = 0; i < count; i++) {
        killed.add(nodes.get((first + i) % nodes.size()));
      }
      killed.forEach(node -> flow.kill(node::kill));
      Outage.last(random, LONGEST);
    }

    @Override
    public void heal() {
      killed.forEach(RabbitServer::restart);
      killed.clear();
    }
  }
}
