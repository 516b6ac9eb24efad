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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dependencies over HTTP, and the breaker that a webhook has without being asked for. */
class DependencyApiTest {
  private static final String HOST = "127.0.0.1";

  @TempDir Path folder;
  private final Shop shop = new Shop();

  @AfterEach
  void close() {
    shop.close();
  }

  private RunningServer start(String more) {
    return RunningServer.start(
        folder,
        """
        breakers: { window: 4, minimumCalls: 4, openFor: 50ms, openForMax: 50ms }
        queues:
          orders:
            concurrency: 2
            deliver: { url: "%s", allowPrivate: true }
            retry: { attempts: 50, first: 1ms, jitter: none }
            %s
        """
            .formatted(shop.url(), more));
  }

  private static void awaitBreaker(Api api, String state) {
    Poll.until(
        "the breaker to be " + state,
        Api.BOUND,
        () -> api.get("/v1/dependencies/" + HOST).text("breaker").equals(state));
  }

  @Test
  void a_webhook_that_is_down_is_called_no_more_until_it_is_back() {
    shop.answer(503);
    try (RunningServer server = start("")) {
      Api api = server.api();
      for (int i = 0; i < 20; i++) {
        api.send("orders", "x", "Redrive-Id", "m" + i);
      }
      awaitBreaker(api, "open");
      assertThat(api.get("/v1/dependencies").json().at("/dependencies/0/name").asText())
          .isEqualTo(HOST);

      shop.answer(200);

      awaitBreaker(api, "closed");
      Poll.until(
          "all to be delivered",
          Api.BOUND,
          () -> api.get("/v1/queues/orders").json().at("/stats/succeeded").asInt() == 20);
      assertThat(api.get("/v1/queues/orders").json().at("/stats/dead").asInt()).isZero();
    }
  }

  @Test
  void a_person_holds_what_needs_a_dependency_and_lets_it_go() {
    try (RunningServer server = start("")) {
      Api api = server.api();
      Reply opened =
          api.post("/v1/dependencies/" + HOST + ":open", "{\"reason\":\"they asked us to\"}");
      assertThat(opened.status()).isEqualTo(200);
      assertThat(opened.text("breaker")).isEqualTo("forced-open");
      assertThat(opened.text("reason")).isEqualTo("they asked us to");
      api.send("orders", "x", "Redrive-Id", "a");

      Poll.until(
          "the message to be held",
          Api.BOUND,
          () -> api.get("/v1/messages/a").text("state").equals("held"));
      JsonNode gate = api.get("/v1/queues/orders").json().at("/gates/0");
      assertThat(gate.path("name").asText()).isEqualTo("breaker " + HOST);
      assertThat(gate.path("state").asText()).isEqualTo("holding");
      assertThat(gate.path("waiting").asInt()).isEqualTo(1);
      Poll.until(
          "the message to be counted",
          Api.BOUND,
          () -> api.get("/v1/dependencies/" + HOST).json().path("waiting").asInt(-1) == 1);
      assertThat(api.get("/v1/dependencies").json().at("/dependencies/0/waiting").asInt())
          .isEqualTo(1);
      assertThat(api.get("/metrics").body())
          .contains("redrive_dependency_waiting{dependency=\"127.0.0.1\"} 1.0")
          .contains("redrive_breaker_open{dependency=\"127.0.0.1\"} 1.0")
          .contains("redrive_gate_closed{gate=\"breaker 127.0.0.1\",queue=\"orders\"} 1.0");

      assertThat(api.post("/v1/dependencies/" + HOST + ":release", "{}").text("breaker"))
          .isEqualTo("closed");
      Poll.until(
          "the message to be delivered",
          Api.BOUND,
          () -> api.get("/v1/messages/a").text("state").equals("succeeded"));
      Poll.until(
          "nothing to be counted",
          Api.BOUND,
          () -> api.get("/v1/dependencies/" + HOST).json().path("waiting").asInt(-1) == 0);
      assertThat(api.post("/v1/dependencies/" + HOST + ":close", "{}").text("breaker"))
          .isEqualTo("forced-closed");
    }
  }

  @Test
  void a_webhook_may_have_no_breaker_or_another_name() {
    try (RunningServer server = start("breaker: false")) {
      assertThat(server.api().get("/v1/dependencies").json().path("dependencies")).isEmpty();
      JsonNode queue = server.api().get("/v1/queues/orders").json();
      assertThat(queue.path("gates")).isEmpty();
      assertThat(queue.path("breaker").asBoolean(true)).isFalse();
    }
    try (RunningServer server = start("dependency: psp")) {
      assertThat(server.api().get("/v1/queues/orders").text("dependency")).isEqualTo("psp");
      Reply unknown = server.api().get("/v1/dependencies/pps");
      assertThat(unknown.status()).isEqualTo(404);
      assertThat(unknown.text("detail")).contains("psp");
    }
  }

  @Test
  void a_dependency_made_over_the_api_is_kept_across_restarts() {
    String settings =
        "{\"dependency\":\"psp\",\"retry\":{\"rules\":[{\"exception\":\"java.io.IOException\","
            + "\"dependency\":\"bank\"}]}}";
    try (RunningServer server = start("")) {
      assertThat(server.api().put("/v1/queues/mails", settings).status()).isEqualTo(201);
    }
    try (RunningServer server = start("")) {
      assertThat(server.api().get("/v1/queues/mails").text("dependency")).isEqualTo("psp");
      assertThat(server.api().get("/v1/dependencies/bank").status()).isEqualTo(200);
    }
  }
}
