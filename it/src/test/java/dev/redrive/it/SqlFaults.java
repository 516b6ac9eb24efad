// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.SqlServer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database breaks, or the way to it, again and again while messages flow; the same for each. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
interface SqlFaults {
  /** How long something is awaited. */
  Duration BOUND = Duration.ofSeconds(60);

  /** The server, of which a test may kill anything. */
  SqlServer server();

  /** What Redrive connects to by this port. */
  String uri(String database, int port);

  private BrokerFlow flow(String queue, int port) {
    String database = server().newDatabase();
    return new BrokerFlow(
        queue, new SqlBroker(uri(database, port), server().url(database, server().port())));
  }

  @Test
  default void nothing_comes_twice_while_nothing_breaks() {
    try (BrokerFlow flow = flow("calm", server().port())) {
      flow.runWithLocalCrew(new Scale(Scale.asked().messages(), 0), Outage.NONE);
    }
  }

  @Test
  default void the_server_is_killed() {
    try (BrokerFlow flow = flow("server-killed", server().port())) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              flow.kill(server()::kill);
            }

            @Override
            public void heal() {
              server().restart();
            }
          });
    }
  }

  @Test
  default void connections_are_reset_in_the_middle_of_an_answer() {
    try (FaultProxy proxy = new FaultProxy(server().port());
        BrokerFlow flow = flow("reset", proxy.port())) {
      flow.runWithLocalCrew(
          Scale.asked(),
          new Fault() {
            @Override
            public void strike(SplittableRandom random) {
              proxy.resetAfter(Outage.direction(random), random.nextInt(20_000));
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
  default void answers_to_commits_are_lost() {
    try (FaultProxy proxy = new FaultProxy(server().port());
        BrokerFlow flow = flow("lost-answers", proxy.port())) {
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
}
