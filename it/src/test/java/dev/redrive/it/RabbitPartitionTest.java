// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redrive.testkit.servers.NetworkNamespace;
import dev.redrive.testkit.servers.RabbitServer;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A broker in a network of its own, of which the cable is pulled and put back. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RabbitPartitionTest {
  private static final Logger log = LoggerFactory.getLogger(RabbitPartitionTest.class);

  @BeforeAll
  static void needsNetworks() {
    Optional<String> missing = NetworkNamespace.missing();
    if (System.getenv("CI") != null) {
      assertThat(missing).isEmpty();
    }
    missing.ifPresent(why -> log.error("NOT TESTED: partitions of a network; {}", why));
    assumeTrue(missing.isEmpty());
  }

  @Test
  void nothing_comes_through_and_nobody_is_told() {
    try (NetworkNamespace network = NetworkNamespace.create();
        RabbitServer server = RabbitServer.start(network);
        BrokerFlow flow = new BrokerFlow("partition", new RabbitBroker(server.address(), server))) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              network.cut();
              Outage.last(random, Outage.longest());
            }

            @Override
            public void heal() {
              network.heal();
            }
          });
    }
  }
}
