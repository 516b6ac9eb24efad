// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static dev.redrive.server.webhook.WebhookFixture.await;
import static dev.redrive.server.webhook.WebhookFixture.start;
import static dev.redrive.server.webhook.WebhookFixture.to;
import static dev.redrive.server.webhook.WebhookFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * That every delivery has one outcome and leaves nothing behind, in whatever order things happen.
 */
class WebhookStressTest {
  private static final int DELIVERIES = 3_000;
  private static final int CONNECTIONS = 16;

  @RegisterExtension final WebhookFixture fixture = new WebhookFixture();

  @Test
  void every_delivery_ends_once_and_leaves_no_connection_behind() throws Exception {
    WebhookLimits limits =
        WebhookLimits.defaults()
            .withConnectionsPerHost(CONNECTIONS)
            .withFirstByte(Duration.ofMillis(60));
    try (Receiver receiver = Receiver.scripted(WebhookStressTest::misbehave);
        WebhookClient client = fixture.builder().limits(limits).build()) {
      Random random = new Random(7);
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < DELIVERIES; i++) {
        Duration timeout = Duration.ofMillis(5 + random.nextInt(1_500));
        outcomes.add(start(client, to(receiver.url()).timeout(timeout).build()));
        assertThat(client.openConnections()).isLessThanOrEqualTo(CONNECTIONS);
      }

      Map<FailureKind, Integer> failures = new EnumMap<>(FailureKind.class);
      int delivered = 0;
      for (CompletableFuture<Outcome> outcome : outcomes) {
        if (await(outcome) instanceof Outcome.Failed failed) {
          failures.merge(failed.cause().kind(), 1, Integer::sum);
        } else {
          delivered++;
        }
      }

      assertThat(client.inFlight()).isZero();
      assertThat(delivered).isPositive();
      assertThat(failures.keySet())
          .contains(FailureKind.TIMEOUT, FailureKind.OVERLOADED)
          .doesNotContain(FailureKind.NOT_ALLOWED, FailureKind.INVALID, FailureKind.CLOSED);
      until(
          () -> {
            client.tick();
            return client.openConnections() == 0;
          });
    }
  }

  /** Does one of many things with each request, and not the same to any two connections. */
  private static void misbehave(Receiver.Line line) throws IOException {
    Random random = new Random(line.number());
    while (line.read()) {
      int choice = random.nextInt(20);
      if (choice < 12) {
        line.write(Receiver.OK);
      } else if (choice < 14) {
        line.write("HTTP/1.1 503 No\r\nretry-after: 1\r\ncontent-length: 2\r\n\r\nno");
      } else if (choice == 14) {
        line.reset();
      } else if (choice == 15) {
        return;
      } else if (choice == 16) {
        line.awaitClose();
      } else if (choice == 17) {
        line.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nlate");
        line.pause(random.nextInt(100));
        line.write("later");
      } else if (choice == 18) {
        line.pause(random.nextInt(100));
        line.write(Receiver.OK);
      } else {
        line.write("nonsense\r\n\r\n");
      }
    }
  }
}
