// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.Reply;
import dev.redrive.server.support.Shop;
import dev.redrive.testkit.Poll;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthApiTest {

  private static final String WAITING =
      "redrive_queue_messages{queue=\"idle\",state=\"waiting\"} 1.0";

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
              idle:
              busy:
                deliver: { url: "%s", allowPrivate: true }
                retry: { attempts: 1 }
            """
                .formatted(shop.url()));
    api = server.api();
  }

  @AfterEach
  void stop() {
    shop.close();
    server.close();
  }

  private JsonNode health() {
    return api.get("/healthz").json();
  }

  @Test
  void health_tells_workers_length_and_failures() {
    CountDownLatch goOn = new CountDownLatch(1);
    shop.answer(
        each -> {
          await(goOn);
          return new Shop.Answer(500, Map.of());
        });
    api.send("idle", "x", "Redrive-Delay", "1h");
    api.send("busy", "y");

    Poll.until(
        "the worker to be busy", Api.BOUND, () -> health().path("activeWorkers").asInt() == 1);
    Poll.until("the count to be taken", Api.BOUND, () -> health().path("queueLength").asInt() == 2);
    assertThat(health().path("failureRate").asDouble()).isZero();
    goOn.countDown();

    Poll.until("the failure", Api.BOUND, () -> health().path("failureRate").asDouble() == 1.0);
    Poll.until(
        "the worker to be idle", Api.BOUND, () -> health().path("activeWorkers").asInt() == 0);
    // A machine that is too busy to count in time makes it degraded for a moment.
    Poll.until("all to be well", Api.BOUND, () -> health().path("status").asText().equals("ok"));
    assertThat(health().path("transport").asText()).isEqualTo("up");
  }

  @Test
  void a_server_that_takes_messages_is_ready() {
    assertThat(api.get("/readyz").json().path("ready").asBoolean()).isTrue();
  }

  @Test
  void metrics_are_told_by_queue() {
    api.send("idle", "x", "Redrive-Id", "a");
    api.send("idle", "x", "Redrive-Id", "a");
    api.send("busy", "y", "Redrive-Id", "b");

    // Events are told after what they tell of, and counts are as old as the census.
    Poll.until(
        "the delivery and the counts to be told",
        Api.BOUND,
        () -> isTold("redrive_succeeded_total{queue=\"busy\"} 1.0", WAITING));
    Reply metrics = api.get("/metrics");
    assertThat(metrics.header("Content-Type")).startsWith("text/plain; version=0.0.4");
    assertThat(metrics.body())
        .contains("redrive_sent_total{queue=\"idle\"} 1.0")
        .contains("redrive_duplicates_total{queue=\"idle\"} 1.0")
        .contains("redrive_lateness_seconds_bucket{queue=\"busy\",le=\"+Inf\"} 1")
        .contains("redrive_handler_seconds_count{outcome=\"succeeded\",queue=\"busy\"} 1")
        .contains("redrive_transport_up 1.0")
        .contains("jvm_memory_used_bytes");
  }

  private boolean isTold(String... lines) {
    String metrics = api.get("/metrics").body();
    return Stream.of(lines).allMatch(metrics::contains);
  }

  @Test
  void the_root_points_the_way_and_says_nothing_of_versions() {
    Reply root = api.get("/");

    assertThat(root.text("api")).isEqualTo("/openapi.yaml");
    assertThat(root.header("Server")).isEmpty();
    assertThat(root.body()).doesNotContain("0.1");
    assertThat(api.get("/openapi.yaml").body()).startsWith("# SPDX").contains("openapi: 3.1.0");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
