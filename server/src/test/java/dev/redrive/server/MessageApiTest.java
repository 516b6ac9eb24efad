// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.RawHttp;
import dev.redrive.server.support.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageApiTest {
  private static final String TIME =
      "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";

  private static final String POST = "POST /v1/queues/orders/messages HTTP/1.1";

  @TempDir Path folder;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server = RunningServer.start(folder, "queues: { orders: , returns: { maxWaiting: 1 } }");
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void a_message_is_accepted_once_it_is_durable() {
    Reply reply = api.send("orders", "hello", "Redrive-Id", "order-17");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.text("id")).isEqualTo("order-17");
    assertThat(reply.text("queue")).isEqualTo("orders");
    assertThat(reply.text("state")).isEqualTo("ready");
    assertThat(reply.text("dueAt")).matches(TIME);
    assertThat(reply.json().has("duplicate")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"Redrive-Id", "Idempotency-Key"})
  void the_same_id_again_is_recognised(String header) {
    api.send("orders", "hello", header, "order-17");

    Reply again = api.send("orders", "hello", header, "order-17");

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().path("duplicate").asBoolean()).isTrue();
    assertThat(api.get("/v1/queues/orders").json().at("/stats/sent").asInt()).isEqualTo(1);
  }

  @Test
  void a_message_without_an_id_gets_one() {
    assertThat(api.send("orders", "hello").text("id")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"30s", "PT30S"})
  void a_delayed_message_is_scheduled(String delay) {
    Instant before = Instant.parse(api.send("orders", "now").text("dueAt"));

    Reply reply = api.send("orders", "later", "Redrive-Delay", delay);

    assertThat(reply.text("state")).isEqualTo("scheduled");
    assertThat(Instant.parse(reply.text("dueAt"))).isAfterOrEqualTo(before.plusSeconds(30));
  }

  @Test
  void a_message_is_due_when_its_sender_said() {
    Reply reply = api.send("orders", "x", "Redrive-Deliver-At", "2099-12-31T23:00:00.5+01:00");

    assertThat(reply.text("state")).isEqualTo("scheduled");
    assertThat(reply.text("dueAt")).isEqualTo("2099-12-31T22:00:00.500Z");
  }

  @Test
  void a_message_comes_back_byte_for_byte_with_what_its_sender_said_of_it() {
    byte[] body = {0, 1, (byte) 0xff, 10, 13};
    api.call(
        "POST",
        "/v1/queues/orders/messages",
        body,
        "Content-Type",
        "application/x-thing; v=1",
        "Redrive-Key",
        "customer-1",
        "X-Request-Id",
        "req-1",
        "traceparent",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "baggage",
        "a=1",
        "Redrive-Header-Tenant",
        "blue",
        "X-Forwarded-For",
        "10.1.1.1");

    JsonNode delivery = api.lease("orders").path(0);

    assertThat(delivery.path("bodyBase64").asText()).isEqualTo("AAH/Cg0=");
    assertThat(delivery.path("key").asText()).isEqualTo("customer-1");
    assertThat(delivery.path("headers"))
        .isEqualTo(
            Reply.json(
                """
                {"content-type": "application/x-thing; v=1", "x-request-id": "req-1",
                 "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                 "baggage": "a=1", "tenant": "blue"}"""));
  }

  @Test
  void header_bytes_are_utf_8() throws IOException {
    try (RawHttp raw = server.raw()) {
      String id = new String("käse".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      raw.head(POST, "Host: localhost", "Content-Length: 0", "Redrive-Id: " + id);

      assertThat(raw.answer()).startsWith("HTTP/1.1 202").contains("\"id\":\"käse\"");
    }
    assertThat(api.get("/v1/messages/k%C3%A4se").status()).isEqualTo(200);
  }

  @Test
  void header_bytes_that_are_no_utf_8_are_refused() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.head(POST, "Host: localhost", "Content-Length: 0", "Redrive-Id: \u00e9");

      assertThat(raw.answer()).startsWith("HTTP/1.1 400").contains("Redrive-Id is no UTF-8");
    }
  }

  @Test
  void control_characters_in_a_header_are_refused() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.head(POST, "Host: localhost", "Content-Length: 0", "Redrive-Id: a\u0001b");

      assertThat(raw.answer()).startsWith("HTTP/1.1 400");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Redrive-Delay | soon | no duration",
        "Redrive-Delay | 30 | no unit",
        "Redrive-Delay | -5s | no duration",
        "Redrive-Deliver-At | tomorrow | no time",
        "Redrive-Deadline | 2020-01-01T00:00:00Z | in the past",
        "Redrive-Priority | 10 | must be a digit",
        "Redrive-Priority | high | must be a digit",
        "Redrive-Dealy | 30s | did you mean `Redrive-Delay`?",
      })
  void a_mistake_in_a_header_is_explained(String header, String value, String explanation) {
    Reply reply = api.send("orders", "x", header, value);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.problem()).isEqualTo("invalid-request");
    assertThat(reply.text("detail")).contains(explanation);
  }

  @Test
  void all_mistakes_are_told_at_once() {
    Reply reply = api.send("orders", "x", "Redrive-Delay", "soon", "Redrive-Deadline", "never");

    assertThat(reply.json().path("problems")).hasSize(2);
  }

  @Test
  void an_id_that_is_too_long_is_refused() {
    assertThat(api.send("orders", "x", "Redrive-Id", "i".repeat(200)).status()).isEqualTo(202);

    Reply reply = api.send("orders", "x", "Redrive-Id", "i".repeat(201));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("detail")).contains("1 to 200 characters");
  }

  @Test
  void contradictions_are_refused() {
    assertThat(api.send("orders", "x", "Redrive-Id", "a", "Idempotency-Key", "b").status())
        .isEqualTo(400);
    assertThat(api.send("orders", "x", "Redrive-Id", "a", "Redrive-Id", "a").status())
        .isEqualTo(400);
    assertThat(
            api.send(
                    "orders",
                    "x",
                    "Redrive-Delay",
                    "1s",
                    "Redrive-Deliver-At",
                    "2026-11-20T12:00:00Z")
                .status())
        .isEqualTo(400);
  }

  @Test
  void an_unknown_queue_is_answered_with_the_nearest() {
    Reply reply = api.send("order", "x");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.problem()).isEqualTo("unknown-queue");
    assertThat(reply.text("detail")).contains("did you mean `orders`?");
  }

  @Test
  void a_full_queue_says_when_to_come_again() {
    api.send("returns", "x");

    Reply reply = api.send("returns", "x");

    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.problem()).isEqualTo("queue-full");
    assertThat(reply.header("Retry-After")).isEqualTo("1");
  }

  @Test
  void a_message_is_found_by_its_id() {
    api.send("orders", "x", "Redrive-Id", "a:1", "Redrive-Delay", "1h");

    Reply reply = api.get("/v1/messages/a:1");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("state")).isEqualTo("scheduled");
    assertThat(reply.json().path("attempts").asInt()).isZero();
    assertThat(reply.text("firstSeen")).matches(TIME);
    assertThat(reply.text("dueAt")).matches(TIME);
    assertThat(api.get("/v1/messages/b").problem()).isEqualTo("unknown-message");
  }

  @Test
  void an_id_that_two_queues_know_needs_the_queue() {
    api.send("orders", "x", "Redrive-Id", "a");
    api.send("returns", "x", "Redrive-Id", "a");

    Reply reply = api.get("/v1/messages/a");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text("detail")).contains("add ?queue=");
    assertThat(api.get("/v1/messages/a?queue=returns").text("queue")).isEqualTo("returns");
    assertThat(api.delete("/v1/messages/a").status()).isEqualTo(409);
    assertThat(api.get("/v1/messages/a?quue=returns").text("detail"))
        .contains("did you mean `queue`?");
  }

  @Test
  void what_waits_can_be_taken_back_and_what_runs_cannot() {
    api.send("orders", "x", "Redrive-Id", "a");
    api.send("returns", "x", "Redrive-Id", "b");
    assertThat(api.lease("returns")).hasSize(1);

    Reply waiting = api.delete("/v1/messages/a");
    Reply running = api.delete("/v1/messages/b");

    assertThat(waiting.status()).isEqualTo(200);
    assertThat(waiting.text("state")).isEqualTo("cancelled");
    assertThat(api.get("/v1/messages/a").text("state")).isEqualTo("cancelled");
    assertThat(running.status()).isEqualTo(409);
    assertThat(running.problem()).isEqualTo("not-cancellable");
    assertThat(api.delete("/v1/messages/nobody").status()).isEqualTo(404);
  }
}
