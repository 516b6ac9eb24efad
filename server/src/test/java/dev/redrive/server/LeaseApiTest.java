// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.RawHttp;
import dev.redrive.server.support.Reply;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseApiTest {
  @TempDir Path folder;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server =
        RunningServer.start(
            folder,
            """
            queues:
              jobs: { retry: { attempts: 2, first: 1ms, jitter: none } }
              hooks: { deliver: { url: "http://127.0.0.1:65000/", allowPrivate: true } }
            """);
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private JsonNode lease() {
    JsonNode deliveries = api.lease("jobs");
    assertThat(deliveries).hasSize(1);
    return deliveries.get(0);
  }

  private Reply settle(JsonNode delivery, String verb, String json) {
    return api.post("/v1/leases/" + delivery.path("lease").asText() + ":" + verb, json);
  }

  private String state(String id) {
    return api.get("/v1/messages/" + id).text("state");
  }

  @Test
  void a_delivery_says_all_a_worker_needs() {
    api.send("jobs", "work", "Redrive-Id", "a", "Redrive-Deadline", "2099-01-01T00:00:00Z");

    JsonNode delivery = lease();

    assertThat(delivery.path("lease").asText()).matches("[A-Za-z0-9_-]{22}");
    assertThat(delivery.path("id").asText()).isEqualTo("a");
    assertThat(delivery.path("queue").asText()).isEqualTo("jobs");
    assertThat(delivery.path("attempt").asInt()).isEqualTo(1);
    assertThat(delivery.path("body").asText()).isEqualTo("work");
    assertThat(delivery.path("deadline").asText()).isEqualTo("2099-01-01T00:00:00.000Z");
    assertThat(Instant.parse(delivery.path("leaseEnd").asText()))
        .isAfter(Instant.parse(delivery.path("firstSeen").asText()));
    assertThat(state("a")).isEqualTo("running");
  }

  @Test
  void an_acknowledged_message_is_done() {
    api.send("jobs", "work", "Redrive-Id", "a");
    JsonNode delivery = lease();

    assertThat(settle(delivery, "ack", "").status()).isEqualTo(204);

    assertThat(state("a")).isEqualTo("succeeded");
  }

  @ParameterizedTest
  @CsvSource({"ack", "retry", "dead", "release"})
  void a_settled_lease_is_lost(String verb) {
    api.send("jobs", "work");
    JsonNode delivery = lease();
    settle(delivery, "ack", "");

    Reply reply = settle(delivery, verb, "");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.problem()).isEqualTo("lease-lost");
    assertThat(api.post("/v1/leases/nonsense:" + verb, "").status()).isEqualTo(409);
    assertThat(settle(delivery, "extend", "{\"by\":\"10s\"}").status()).isEqualTo(409);
  }

  @Test
  void a_failed_attempt_is_followed_by_another_as_the_policy_says() {
    api.send("jobs", "work", "Redrive-Id", "a");

    settle(lease(), "retry", "{\"failure\":\"printer on fire\"}");
    JsonNode second = lease();
    settle(second, "retry", "{\"failure\":\"printer on fire\"}");

    assertThat(second.path("attempt").asInt()).isEqualTo(2);
    assertThat(state("a")).isEqualTo("dead");
    Reply letter = api.get("/v1/dead-letters/a");
    assertThat(letter.text("reason")).isEqualTo("attempts-exhausted");
    assertThat(letter.text("failure")).contains("printer on fire").doesNotContain("\n  at ");
  }

  @Test
  void a_worker_may_say_when_to_try_again() {
    api.send("jobs", "work", "Redrive-Id", "a");

    settle(lease(), "retry", "{\"after\":\"1h\",\"failure\":\"come tomorrow\"}");

    Reply reply = api.get("/v1/messages/a");
    assertThat(reply.text("state")).isEqualTo("retrying");
    assertThat(Instant.parse(reply.text("dueAt")))
        .isAfter(Instant.parse(reply.text("firstSeen")).plus(Duration.ofMinutes(59)));
    assertThat(reply.json().path("attempts").asInt()).isEqualTo(1);
  }

  @Test
  void a_rejected_message_is_dead_at_once() {
    api.send("jobs", "work", "Redrive-Id", "a");

    settle(lease(), "dead", "{\"failure\":\"not my job\"}");

    Reply letter = api.get("/v1/dead-letters/a");
    assertThat(letter.text("reason")).isEqualTo("rejected");
    assertThat(letter.text("failure")).contains("not my job").doesNotContain("\n  at ");
  }

  @Test
  void a_released_message_comes_again_uncounted() {
    api.send("jobs", "work");

    settle(lease(), "release", "");

    assertThat(lease().path("attempt").asInt()).isEqualTo(1);
  }

  @Test
  void a_lease_can_be_extended() {
    api.send("jobs", "work");
    JsonNode delivery = lease();

    Reply reply = settle(delivery, "extend", "{\"by\":\"1h\"}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(Instant.parse(reply.text("leaseEnd")))
        .isAfter(Instant.parse(delivery.path("leaseEnd").asText()).plus(Duration.ofMinutes(50)));
    assertThat(settle(delivery, "extend", "{}").text("detail")).contains("by is missing");
  }

  @Test
  void a_lease_that_runs_out_counts_as_a_failed_attempt() {
    api.send("jobs", "work", "Redrive-Id", "a");
    JsonNode first =
        api.post("/v1/queues/jobs:lease", "{\"lease\":\"1s\",\"wait\":\"50s\"}")
            .json()
            .at("/deliveries/0");

    JsonNode second = lease();

    assertThat(second.path("attempt").asInt()).isEqualTo(2);
    assertThat(settle(first, "ack", "").status()).isEqualTo(409);
    assertThat(settle(second, "ack", "").status()).isEqualTo(204);
  }

  @Test
  void who_waits_gets_what_comes() {
    CompletableFuture<Reply> waiting =
        api.callAsync(
            "POST",
            "/v1/queues/jobs:lease",
            "{\"wait\":\"50s\"}".getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/json");
    api.send("jobs", "work", "Redrive-Id", "a");

    assertThat(waiting.join().json().at("/deliveries/0/id").asText()).isEqualTo("a");
  }

  @Test
  void nothing_in_time_is_an_empty_answer() {
    Reply reply = api.post("/v1/queues/jobs:lease", "{\"wait\":\"0s\"}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("deliveries")).isEmpty();
  }

  @Test
  void a_client_that_goes_away_while_it_waits_costs_no_attempt() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.head(
          "POST /v1/queues/jobs:lease HTTP/1.1",
          "Host: localhost",
          "Content-Length: 14",
          "Content-Type: application/json");
      raw.write("{\"wait\":\"60s\"}");
    }
    api.send("jobs", "work", "Redrive-Id", "a");

    JsonNode delivery = lease();

    assertThat(delivery.path("id").asText()).isEqualTo("a");
    assertThat(delivery.path("attempt").asInt()).isEqualTo(1);
  }

  @Test
  void a_client_that_is_gone_waits_no_longer() throws IOException, InterruptedException {
    try (RawHttp raw = server.raw()) {
      raw.head(
          "POST /v1/queues/jobs:lease HTTP/1.1",
          "Host: localhost",
          "Content-Length: 14",
          "Content-Type: application/json",
          "Expect: 100-continue");
      assertThat(raw.answer()).startsWith("HTTP/1.1 100");
      raw.write("{\"wait\":\"60s\"}");
    }
    // Its own connection is the only one then.
    Poll.until(
        "the connection to be gone", Api.BOUND, () -> isTold("redrive_http_connections 1.0"));

    try (Stream<String> stream = api.stream("/v1/events")) {
      api.send("jobs", "work");
      lease();
      api.post("/v1/queues/jobs:pause", "{}");

      assertThat(stream.takeWhile(line -> !line.equals("event: paused")))
          .containsOnlyOnce("event: started");
    }
  }

  private boolean isTold(String line) {
    return api.get("/metrics").body().lines().anyMatch(line::equals);
  }

  @Test
  void a_queue_that_delivers_is_not_leased() {
    assertThat(api.post("/v1/queues/hooks:lease", "{}").problem()).isEqualTo("queue-delivers");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"max\":0} | 1 to 1000",
        "{\"max\":1.5} | whole number",
        "{\"wait\":\"2h\"} | 0s to 1m",
        "{\"lease\":\"1ms\"} | 1s to 12h",
        "{\"leaze\":\"1s\"} | did you mean `lease`?",
        "{\"max\":1,\"max\":2} | Duplicate",
        "[] | begin it with {",
        "{\"max\": | no sound JSON",
      })
  void a_mistake_in_the_body_is_explained(String json, String explanation) {
    Reply reply = api.post("/v1/queues/jobs:lease", json);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("detail")).contains(explanation);
  }

  @Test
  void open_leases_are_counted_in_the_health() {
    api.send("jobs", "work");
    JsonNode delivery = lease();

    assertThat(api.get("/healthz").json().path("activeWorkers").asInt()).isEqualTo(1);

    settle(delivery, "ack", "");
    Poll.until(
        "the lease to be forgotten",
        Api.BOUND,
        () -> api.get("/healthz").json().path("activeWorkers").asInt() == 0);
  }
}
