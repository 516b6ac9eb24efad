// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.Reply;
import dev.redrive.server.support.Shop;
import dev.redrive.testkit.Poll;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookQueueTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @TempDir Path folder;
  private Shop shop;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    shop = new Shop();
    server = RunningServer.start(folder, "queues: { orders: " + settings() + " }");
    api = server.api();
  }

  private String settings() {
    return """
    { "deliver": { "url": "%s", "secret": "%s", "allowPrivate": true },
      "retry": { "attempts": 3, "first": "1ms", "jitter": "none",
                 "rules": [ { "status": 429, "then": "retryAfter" } ] } }"""
        .formatted(shop.url(), SECRET);
  }

  @AfterEach
  void stop() {
    shop.close();
    server.close();
  }

  private void awaitState(String id, String state) {
    Poll.until(
        id + " to be " + state,
        Api.BOUND,
        () -> api.get("/v1/messages/" + id).text("state").equals(state));
  }

  @Test
  void a_message_is_delivered_signed_and_as_it_was_sent() throws Exception {
    api.send(
        "orders",
        "{\"n\": 1}",
        "Redrive-Id",
        "a",
        "Content-Type",
        "application/json",
        "traceparent",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "Redrive-Header-Tenant",
        "blue");

    Shop.Delivered delivered = shop.next();

    awaitState("a", "succeeded");
    assertThat(new String(delivered.body(), UTF_8)).isEqualTo("{\"n\": 1}");
    assertThat(delivered.headers())
        .containsEntry("webhook-id", "a")
        .containsEntry("Content-Type", "application/json")
        .containsEntry("tenant", "blue")
        .containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .containsEntry("redrive-attempt", "1");
    new Webhook(SECRET).verify(new String(delivered.body(), UTF_8), headers(delivered));
  }

  private static HttpHeaders headers(Shop.Delivered delivered) {
    return HttpHeaders.of(
        delivered.headers().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, each -> List.of(each.getValue()))),
        (name, value) -> true);
  }

  @Test
  void a_failure_is_tried_again_until_the_attempts_are_used_up() throws InterruptedException {
    shop.answer(503);

    api.send("orders", "x", "Redrive-Id", "a");

    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(shop.next().headers()).containsEntry("redrive-attempt", String.valueOf(attempt));
    }
    awaitState("a", "dead");
    Reply letter = api.get("/v1/dead-letters/a");
    assertThat(letter.text("reason")).isEqualTo("attempts-exhausted");
    assertThat(letter.text("failure")).contains("HTTP 503").doesNotContain("\n  at ");
    assertThat(letter.json().path("attempts").asInt()).isEqualTo(3);
  }

  @Test
  void what_was_mended_is_replayed_and_delivered() throws InterruptedException {
    shop.answer(400);
    api.send("orders", "x", "Redrive-Id", "a");
    shop.next();
    awaitState("a", "dead");
    assertThat(api.get("/v1/dead-letters/a").text("reason")).isEqualTo("not-retryable");

    shop.answer(200);
    api.post("/v1/dead-letters:replay", "{\"select\":{\"queue\":\"orders\",\"ids\":[\"a\"]}}");

    assertThat(new String(shop.next().body(), UTF_8)).isEqualTo("x");
    awaitState("a", "succeeded");
  }

  @Test
  void a_receiver_may_say_when_to_come_again() throws InterruptedException {
    shop.answer(each -> new Shop.Answer(429, Map.of("Retry-After", "600")));

    api.send("orders", "x", "Redrive-Id", "a");

    shop.next();
    awaitState("a", "retrying");
    Reply reply = api.get("/v1/messages/a");
    assertThat(Instant.parse(reply.text("dueAt")))
        .isAfter(Instant.parse(reply.text("firstSeen")).plusSeconds(590));
  }

  @Test
  void gone_pauses_the_queue_and_costs_no_attempt() throws InterruptedException {
    shop.answer(410);

    api.send("orders", "x", "Redrive-Id", "a");

    shop.next();
    Poll.until(
        "the queue to be paused",
        Api.BOUND,
        () -> api.get("/v1/queues/orders").json().path("paused").asBoolean());
    assertThat(api.get("/v1/queues/orders").text("pauseReason")).contains("gone");
    awaitState("a", "held");
    shop.answer(200);
    api.post("/v1/queues/orders:resume", "");
    assertThat(shop.next().headers()).containsEntry("redrive-attempt", "1");
    awaitState("a", "succeeded");
  }

  @Test
  void a_pause_for_gone_lasts_across_restarts_with_its_reason() throws InterruptedException {
    shop.answer(410);
    api.send("orders", "x", "Redrive-Id", "a");
    shop.next();
    awaitState("a", "held");
    String reason = api.get("/v1/queues/orders").text("pauseReason");

    restart();
    Reply again = api.get("/v1/queues/orders");
    api.post("/v1/queues/orders:resume", "");
    restart();

    assertThat(again.text("pauseReason")).isEqualTo(reason).contains("gone");
    assertThat(api.get("/metrics").body()).doesNotContain("redrive_paused{queue=\"orders\"} 1.0");
    assertThat(api.get("/v1/queues/orders").json().path("paused").asBoolean()).isFalse();
  }

  @Test
  void a_pause_that_ends_by_itself_is_not_kept() throws InterruptedException {
    api.put(
        "/v1/queues/hooks",
        settings().replace("\"retryAfter\"", "\"hold\", \"why\": \"busy\", \"time\": \"1h\""));
    shop.answer(429);
    api.send("hooks", "x", "Redrive-Id", "a");
    shop.next();
    awaitState("a", "held");

    restart();

    assertThat(api.get("/v1/queues/hooks").json().path("paused").asBoolean()).isFalse();
  }

  private void restart() {
    server.close();
    server = RunningServer.start(folder, "queues: { orders: " + settings() + " }");
    api = server.api();
  }

  @Test
  void a_redirect_is_a_failure_and_not_followed() throws InterruptedException {
    shop.answer(each -> new Shop.Answer(302, Map.of("Location", shop.url() + "/elsewhere")));

    api.send("orders", "x", "Redrive-Id", "a");

    awaitState("a", "dead");
    assertThat(api.get("/v1/dead-letters/a").text("failure")).contains("HTTP 302");
    while (shop.more() > 0) {
      assertThat(shop.next().path()).doesNotContain("elsewhere");
    }
  }

  @Test
  void a_webhook_never_leads_to_this_server_itself() {
    String settings =
        "{\"deliver\":{\"url\":\"http://%s:"
            + server.address().getPort()
            + "/v1/queues/orders/messages\",\"allowPrivate\":true},\"retry\":{\"attempts\":1}}";

    Reply byAddress = api.put("/v1/queues/loop", settings.formatted("127.0.0.1"));
    Reply byName = api.put("/v1/queues/loop", settings.formatted("localhost"));
    api.send("loop", "x", "Redrive-Id", "l");

    assertThat(byAddress.status()).isEqualTo(400);
    assertThat(byName.status()).isEqualTo(201);
    awaitState("l", "dead");
    assertThat(api.get("/v1/dead-letters/l").text("failure")).doesNotContain("127.0.0.1");
    assertThat(api.get("/v1/queues/orders").json().at("/stats/sent").asInt()).isZero();
  }

  @Test
  void new_settings_hold_from_the_next_attempt_on() throws InterruptedException {
    api.put("/v1/queues/hooks", settings());
    api.send("hooks", "x", "Redrive-Id", "x");
    shop.next();
    awaitState("x", "succeeded");
    try (Shop other = new Shop()) {
      api.put("/v1/queues/hooks", settings().replace(shop.url(), other.url()));
      api.send("hooks", "y", "Redrive-Id", "y");

      assertThat(new String(other.next().body(), UTF_8)).isEqualTo("y");
      awaitState("y", "succeeded");
    }
    api.put("/v1/queues/hooks", "{}");
    api.send("hooks", "z");
    assertThat(api.lease("hooks").at("/0/body").asText()).isEqualTo("z");
    assertThat(shop.more()).isZero();
  }

  @Test
  void stopping_lets_what_runs_finish() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    shop.answer(
        each -> {
          begun.countDown();
          await(goOn);
          return new Shop.Answer(200, Map.of());
        });
    api.send("orders", "x", "Redrive-Id", "a");
    begun.await();

    Thread stopping = new Thread(() -> server.server().stop(Api.BOUND));
    stopping.start();
    Poll.until("the server to refuse messages", Api.BOUND, () -> isRefused("b"));
    assertThat(api.get("/readyz").problem()).isEqualTo("not-ready");
    goOn.countDown();
    stopping.join();

    assertThat(shop.next().headers()).containsEntry("webhook-id", "a");
    assertThat(shop.more()).isZero();
  }

  private boolean isRefused(String id) {
    return api.send("orders", "x", "Redrive-Id", id, "Redrive-Delay", "1h").status() == 503;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
