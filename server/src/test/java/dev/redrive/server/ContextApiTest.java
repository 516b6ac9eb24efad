// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.Shop;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What webhooks and workers are told of the request that a message belongs to. */
class ContextApiTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String DEADLINE = "2199-01-01T00:00:00.500Z";
  private static final String[] REQUEST = {
    "Redrive-Id", "a",
    "X-Request-Id", "r-17",
    "traceparent", TRACE,
    "tracestate", "vendor=1",
    "baggage", "tenant=acme",
    "Redrive-Deadline", DEADLINE
  };

  @TempDir Path folder;
  private Shop shop;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    shop = new Shop();
    server =
        RunningServer.start(
            folder,
            """
            queues:
              hooks: { deliver: { url: "%s", allowPrivate: true } }
              jobs: {}
            """
                .formatted(shop.url()));
    api = server.api();
  }

  @AfterEach
  void stop() {
    shop.close();
    server.close();
  }

  @Test
  void a_webhook_gets_the_request_its_trace_and_the_time_that_is_left() throws Exception {
    api.send("hooks", "x", REQUEST);

    Map<String, String> headers = shop.next().headers();

    assertThat(headers)
        .containsEntry("X-request-id", "r-17")
        .containsEntry("traceparent", TRACE)
        .containsEntry("tracestate", "vendor=1")
        .containsEntry("baggage", "tenant=acme")
        .containsEntry("redrive-deadline", DEADLINE);
    assertLeft(Long.parseLong(headers.get("redrive-remaining-ms")));
  }

  @Test
  void a_webhook_of_a_message_without_deadline_has_no_time_left_to_tell() throws Exception {
    api.send("hooks", "x", "Redrive-Id", "a");

    assertThat(shop.next().headers())
        .doesNotContainKeys("redrive-deadline", "redrive-remaining-ms", "x-request-id");
  }

  @Test
  void a_worker_gets_them_too() {
    api.send("jobs", "x", REQUEST);

    JsonNode delivery =
        api.post("/v1/queues/jobs:lease", "{\"wait\":\"30s\"}").json().at("/deliveries/0");

    assertThat(delivery.path("requestId").asText()).isEqualTo("r-17");
    assertThat(delivery.path("deadline").asText()).isEqualTo(DEADLINE);
    assertThat(delivery.at("/headers/traceparent").asText()).isEqualTo(TRACE);
    assertLeft(delivery.path("remainingMs").asLong());
  }

  private static void assertLeft(long millis) {
    // Between the beginning and the end of this century.
    assertThat(millis)
        .isLessThan(Instant.parse(DEADLINE).toEpochMilli())
        .isGreaterThan(Instant.parse(DEADLINE).toEpochMilli() - 4_102_444_800_000L);
  }
}
