// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.KafkaWay;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A flow over one Kafka node, of which something breaks again and again. {@code
 * docs/knowledge/testing.md} says how to run more of it.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KafkaFaultsTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static KafkaServer server;

  @BeforeAll
  static void startServer() {
    server = KafkaServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static BrokerFlow flow(String queue) {
    return flow(queue, server.bootstrap());
  }

  private static BrokerFlow flow(String queue, String addresses) {
    return new BrokerFlow(queue, new KafkaBroker(addresses, server.bootstrap()));
  }

  @Test
  void nothing_comes_twice_while_nothing_breaks() {
    try (BrokerFlow flow = flow("calm")) {
      flow.runWithLocalCrew(new Scale(Scale.asked().messages(), 0), Outage.NONE);
    }
  }

  @Test
  void the_broker_is_killed() {
    try (BrokerFlow flow = flow("broker-killed")) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              flow.kill(server::kill);
            }

            @Override
            public void heal() {
              server.restart();
            }
          });
    }
  }

  @Test
  void the_worker_is_killed() {
    try (BrokerFlow flow = flow("worker-killed")) {
      flow.runWithKilledCrew(Scale.asked(), Sabotage.NONE);
    }
  }

  @Test
  void connections_are_reset_in_the_middle_of_a_request() {
    try (KafkaWay way = server.way();
        BrokerFlow flow = flow("reset", way.bootstrap())) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              way.resetAfter(Outage.direction(random), random.nextInt(20_000));
              Poll.until("the connections to be reset", BOUND, way::hasLost);
            }

            @Override
            public void heal() {
              way.heal();
            }
          });
    }
  }

  @Test
  void answers_are_lost_or_requests_are() {
    try (KafkaWay way = server.way();
        BrokerFlow flow = flow("lost-answers", way.bootstrap())) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              way.drop(Outage.direction(random));
              Poll.until("something to vanish", BOUND, way::hasLost);
              Outage.last(random, Duration.ofMillis(500));
            }

            @Override
            public void heal() {
              way.heal();
            }
          });
    }
  }
}
