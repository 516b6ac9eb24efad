// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.TransportState;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.FaultProxy.Direction;
import dev.redrive.testkit.servers.RabbitServer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A flow over one RabbitMQ node, of which something breaks again and again. {@code
 * docs/knowledge/testing.md} says how to run more of it.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RabbitFaultsTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static RabbitServer server;

  @BeforeAll
  static void startServer() {
    server = RabbitServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static BrokerFlow flow(String queue) {
    return new BrokerFlow(queue, new RabbitBroker(server.address(), server));
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
  void the_broker_stands_still() {
    try (BrokerFlow flow = flow("frozen")) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              server.freeze();
              Outage.last(random, Outage.longest());
            }

            @Override
            public void heal() {
              server.thaw();
              Poll.until("the sender to be free", BOUND, () -> flow.isIn(TransportState.UP));
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
  void the_broker_has_no_memory_or_no_disk_left() {
    try (BrokerFlow flow = flow("alarm")) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              if (random.nextBoolean()) {
                server.control("set_vm_memory_high_watermark", "0.000001");
              } else {
                server.control("set_disk_free_limit", "900000GB");
              }
              Poll.until(
                  "the broker to block somebody",
                  BOUND,
                  () -> server.control("list_connections", "-q", "state").contains("block"));
            }

            @Override
            public void heal() {
              server.control("set_vm_memory_high_watermark", "absolute", "1024MB");
              server.control("set_disk_free_limit", "50MB");
              Poll.until("the sender to be free", BOUND, () -> flow.isIn(TransportState.UP));
            }
          });
    }
  }

  @Test
  void connections_are_reset_in_the_middle_of_a_frame() {
    try (FaultProxy proxy = new FaultProxy(server.port());
        BrokerFlow flow =
            new BrokerFlow("reset", new RabbitBroker("127.0.0.1:" + proxy.port(), server))) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              Direction direction = Outage.direction(random);
              proxy.resetAfter(direction, random.nextInt(20_000));
              Poll.until("the connections to be reset", BOUND, proxy::hasLost);
            }

            @Override
            public void heal() {
              proxy.heal();
            }
          });
    }
  }

  @Test
  void confirms_are_lost_or_acknowledgements_are() {
    try (FaultProxy proxy = new FaultProxy(server.port());
        BrokerFlow flow =
            new BrokerFlow("lost-answers", new RabbitBroker("127.0.0.1:" + proxy.port(), server))) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              proxy.drop(Outage.direction(random));
              Poll.until("something to vanish", BOUND, proxy::hasLost);
              Outage.last(random, Duration.ofMillis(500));
            }

            @Override
            public void heal() {
              proxy.heal();
            }
          });
    }
  }

  @Test
  void the_queue_is_deleted_under_its_consumer() {
    try (BrokerFlow flow = flow("deleted")) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            // What is in a queue that somebody deletes is gone, so there is nothing.
            @Override
            public void strike(SplittableRandom random) {
              flow.quiet();
              server.control("delete_queue", "deleted");
            }

            @Override
            public void heal() {
              Poll.until(
                  "the queue to be made again",
                  BOUND,
                  () ->
                      server
                          .control("list_queues", "-q", "name")
                          .lines()
                          .anyMatch("deleted"::equals));
              flow.goOn();
            }
          });
    }
  }
}
