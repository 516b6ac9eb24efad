// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.Reply;
import dev.redrive.server.support.Shop;
import dev.redrive.testkit.Poll;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queues with idempotency on a server. */
class IdempotencyApiTest {
  @TempDir Path folder;
  private final Shop shop = new Shop();
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server =
        RunningServer.start(
            folder,
            """
            queues:
              orders:
                deliver: { url: "%s", allowPrivate: true }
                idempotency: { key: "header:number", ttl: 7d, store: memory }
              jobs:
                idempotency: { key: id, store: memory }
            """
                .formatted(shop.url()));
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
    shop.close();
  }

  private void order(String number) {
    assertThat(api.send("orders", "a kettle", "Redrive-Header-Number", number).status())
        .isEqualTo(202);
  }

  private JsonNode queue() {
    return api.get("/v1/queues/orders").json();
  }

  private void awaitSucceeded(int count) {
    Poll.until(
        count + " messages are done",
        Api.BOUND,
        () -> queue().at("/stats/succeeded").asInt() == count);
  }

  @Test
  void a_duplicate_is_not_delivered_and_is_seen_everywhere() throws InterruptedException {
    order("17");
    shop.next();
    awaitSucceeded(1);
    order("17");
    awaitSucceeded(2);

    assertThat(shop.more()).isZero();
    assertThat(queue().at("/idempotencyStatus/recognised").asInt()).isEqualTo(1);
    assertThat(api.get("/metrics").body())
        .contains("redrive_recognised_total{queue=\"orders\"} 1.0");
  }

  @Test
  void the_settings_are_shown_as_they_hold() {
    JsonNode shown = queue().path("idempotency");

    assertThat(shown.path("key").asText()).isEqualTo("header:number");
    assertThat(shown.path("missing").asText()).isEqualTo("reject");
    assertThat(shown.path("ttl").asText()).isEqualTo("7d");
    assertThat(shown.path("store").asText()).isEqualTo("memory");
  }

  @Test
  void a_message_without_the_header_is_a_dead_letter_that_says_so() {
    api.send("orders", "a kettle", "Redrive-Id", "a");
    Poll.until(
        "it is dead", Api.BOUND, () -> api.get("/v1/messages/a").text("state").equals("dead"));

    Reply dead = api.get("/v1/dead-letters/a");
    assertThat(dead.text("reason")).isEqualTo("rejected");
    assertThat(dead.text("failure")).contains("idempotency key");
  }

  @Test
  void settings_made_over_the_api_outlive_a_restart() {
    String settings =
        "{\"idempotency\":{\"key\":\"header:n\",\"missing\":\"id\",\"lease\":\"1m\",\"store\":\"memory\"}}";
    Reply made = api.put("/v1/queues/new", settings);
    assertThat(made.status()).isEqualTo(201);
    JsonNode before = made.json().path("idempotency");
    server.close();
    start();

    assertThat(api.get("/v1/queues/new").json().path("idempotency")).isEqualTo(before);
    assertThat(before.path("lease").asText()).isEqualTo("1m");
    assertThat(before.path("missing").asText()).isEqualTo("id");
  }

  @Test
  void a_transport_without_a_store_is_not_passed_over_in_silence() {
    Reply refused = api.put("/v1/queues/new", "{\"idempotency\":{}}");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("detail")).contains("keeps no idempotency keys", "memory");
  }

  @Test
  void every_mistake_is_told() {
    Reply refused =
        api.put(
            "/v1/queues/new",
            "{\"timeout\":\"1m\",\"idempotency\":{\"key\":\"header:\",\"missing\":\"pass\","
                + "\"lease\":\"1m\",\"ttl\":\"0s\",\"store\":\"redis\",\"keys\":1}}");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("problems")).hasSize(6);
    assertThat(refused.text("detail"))
        .contains(
            "idempotency.key must be `id` or `header:NAME`",
            "idempotency.missing must be `reject` or `id`",
            "idempotency.lease must be at least 1m5s, 5s longer than the queue's timeout",
            "idempotency.ttl must be 1s to 366d",
            "idempotency.store must be `transport` or `memory`",
            "idempotency.keys is unknown");
  }
}
