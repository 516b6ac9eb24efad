// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.RabbitServer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is wrong is found out: the flows of the fault tests, over transports that lose messages. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NegativeControlTest {
  private static final Scale SCALE = new Scale(1_500, 2);
  private static final int SENT_MEANWHILE = 100;

  private static RabbitServer server;

  @BeforeAll
  static void startServer() {
    server = RabbitServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void a_send_that_is_acknowledged_before_it_is_confirmed_is_missed() {
    try (FaultProxy proxy = new FaultProxy(server.port());
        BrokerFlow flow =
            new BrokerFlow(
                "unconfirmed",
                new RabbitBroker("127.0.0.1:" + proxy.port(), server),
                Sabotage.CONFIRMED_UNASKED)) {
      Audit audit = flow.auditSendsWithoutConnection(proxy, SCALE.messages(), SENT_MEANWHILE);

      assertThat(audit.lost()).isNotEmpty();
    }
  }

  @Test
  void a_message_that_is_acknowledged_before_it_is_handled_is_missed() {
    try (BrokerFlow flow =
        new BrokerFlow("unhandled", new RabbitBroker(server.address(), server))) {
      Audit audit = flow.auditWithKilledCrew(SCALE, Sabotage.ACKNOWLEDGED_UNHANDLED);

      assertThat(audit.lost()).isNotEmpty();
    }
  }

  @Test
  void a_transport_that_doubles_while_nothing_breaks_is_found_out() {
    try (BrokerFlow flow =
        new BrokerFlow(
            "doubled", new RabbitBroker(server.address(), server), Sabotage.SENT_TWICE)) {
      Audit audit = flow.auditWithLocalCrew(new Scale(SCALE.messages(), 0), Outage.NONE);

      assertThat(audit.bound()).isZero();
      assertThat(audit.unexplained()).isNotEmpty();
    }
  }
}
