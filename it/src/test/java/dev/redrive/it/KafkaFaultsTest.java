// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.TransportState;
import dev.redrive.it.KafkaOperator.Owner;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.KafkaWay;
import java.time.Duration;
import java.util.Map;
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

  @Test
  void the_broker_stands_still() {
    try (BrokerFlow flow = flow("frozen")) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            private Runnable cut = () -> {};

            // The session of whoever works ends with it, and it is told so a little later.
            @Override
            public void strike(SplittableRandom random) {
              cut = flow.cuttingOff();
              server.freeze();
              Outage.last(random, Outage.longest());
            }

            @Override
            public void heal() {
              server.thaw();
              Poll.until("the sender to be free", BOUND, () -> flow.isIn(TransportState.UP));
              cut.run();
            }
          });
    }
  }

  @Test
  void the_worker_stands_still_for_longer_than_its_session_and_its_transactions() {
    try (BrokerFlow flow = flow("worker-frozen");
        KafkaOperator operator = new KafkaOperator(server.bootstrap())) {
      flow.runWithFrozenCrew(
          Scale.asked(), () -> operator.memberCount("redrive.worker-frozen") == 1);
    }
  }

  @Test
  void another_process_begins_transactions_under_the_name_of_the_workers() {
    try (BrokerFlow flow = flow("fenced");
        KafkaOperator operator = new KafkaOperator(server.bootstrap())) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              Poll.until("a transaction", BOUND, () -> !operator.owners("fenced").isEmpty());
              Runnable cut = flow.cuttingOff();
              operator.owners("fenced").keySet().forEach(operator::takeOver);
              Map<String, Owner> taken = operator.owners("fenced");
              Poll.until(
                  "the worker to begin anew",
                  BOUND,
                  () -> !operator.owners("fenced").equals(taken));
              cut.run();
            }

            @Override
            public void heal() {}
          });
    }
  }

  @Test
  void the_topic_is_deleted_under_its_consumer_and_made_anew() {
    try (BrokerFlow flow = flow("deleted");
        KafkaOperator operator = new KafkaOperator(server.bootstrap())) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            // What is in a topic that somebody deletes is gone, so there is nothing.
            @Override
            public void strike(SplittableRandom random) {
              flow.quiet();
              operator.deleteTopic("deleted");
              flow.goOn();
              Outage.last(random, Outage.longest());
            }

            @Override
            public void heal() {
              Poll.until("the topic to be gone", BOUND, () -> !operator.hasTopic("deleted"));
              operator.makeTopic("deleted", 4, Map.of());
            }
          });
    }
  }
}
