// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.testkit.servers.KafkaCluster;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Three Kafka nodes with a copy each of every topic, of which one is killed and comes back. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KafkaClusterFaultsTest {
  private static final Duration LONGEST = Duration.ofSeconds(3);

  private static KafkaCluster cluster;

  @BeforeAll
  static void startCluster() {
    cluster = KafkaCluster.start();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  private static BrokerFlow flow(String queue) {
    return new BrokerFlow(queue, new KafkaBroker(cluster.bootstrap(), cluster.bootstrap()));
  }

  @Test
  void each_node_in_turn_is_killed() {
    try (BrokerFlow flow = flow("each-node")) {
      flow.runWithLocalCrew(
          new Scale(Scale.asked().messages(), Math.max(3, Scale.asked().faults())),
          new NodeKilled(
              flow,
              new IntSupplier() {
                private int last;

                @Override
                public int getAsInt() {
                  last = last % cluster.nodes().size() + 1;
                  return last;
                }
              }));
    }
  }

  @Test
  @EnabledIfSystemProperty(
      named = "redrive.faults",
      matches = "full",
      disabledReason = "one of the nodes that are killed in turn; run with -Dredrive.faults=full")
  void the_node_is_killed_that_coordinates_the_group() {
    try (BrokerFlow flow = flow("group-coordinator");
        KafkaOperator operator = new KafkaOperator(cluster.bootstrap())) {
      flow.runWithLocalCrew(
          Scale.asked(), new NodeKilled(flow, () -> operator.leader(KafkaOperator.OFFSETS)));
    }
  }

  @Test
  @EnabledIfSystemProperty(
      named = "redrive.faults",
      matches = "full",
      disabledReason = "one of the nodes that are killed in turn; run with -Dredrive.faults=full")
  void the_node_is_killed_that_coordinates_transactions() {
    try (BrokerFlow flow = flow("transaction-coordinator");
        KafkaOperator operator = new KafkaOperator(cluster.bootstrap())) {
      flow.runWithLocalCrew(
          Scale.asked(), new NodeKilled(flow, () -> operator.leader(KafkaOperator.TRANSACTIONS)));
    }
  }

  private static final class NodeKilled implements Fault {
    private final BrokerFlow flow;
    private final IntSupplier which;
    private int killed;
    private Runnable cut = () -> {};

    /**
     * @param which the id of the node that is to be killed next
     */
    NodeKilled(BrokerFlow flow, IntSupplier which) {
      this.flow = flow;
      this.which = which;
    }

    @Override
    public void strike(SplittableRandom random) {
      killed = which.getAsInt();
      cut = flow.cuttingOff();
      flow.kill(cluster.nodes().get(killed - 1)::kill);
      Outage.last(random, LONGEST);
    }

    @Override
    public void heal() {
      cluster.nodes().get(killed - 1).restart();
      cut.run();
    }
  }
}
