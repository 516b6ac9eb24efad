// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.server.support.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueApiTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @TempDir Path folder;

  private RunningServer start() {
    return RunningServer.start(folder, "queues: { orders: { retry: { attempts: 3 } } }");
  }

  @Test
  void a_queue_is_made_and_kept_across_restarts() {
    try (RunningServer server = start()) {
      Reply made =
          server
              .api()
              .put(
                  "/v1/queues/mails",
                  "{\"concurrency\":4,\"timeout\":\"10s\",\"ordered\":true,\"maxWaiting\":9,"
                      + "\"dedupWindow\":\"1h\",\"retry\":{\"attempts\":5,\"first\":\"2s\"}}");

      assertThat(made.status()).isEqualTo(201);
      assertThat(server.api().put("/v1/queues/mails", made(made)).status()).isEqualTo(200);
    }
    try (RunningServer server = start()) {
      JsonNode queue = server.api().get("/v1/queues/mails").json();

      assertThat(queue.path("source").asText()).isEqualTo("api");
      assertThat(queue.path("concurrency").asInt()).isEqualTo(4);
      assertThat(queue.path("timeout").asText()).isEqualTo("10s");
      assertThat(queue.path("ordered").asBoolean()).isTrue();
      assertThat(queue.path("maxWaiting").asInt()).isEqualTo(9);
      assertThat(queue.path("dedupWindow").asText()).isEqualTo("1h");
      assertThat(queue.at("/retry/attempts").asInt()).isEqualTo(5);
      assertThat(server.api().send("mails", "x").status()).isEqualTo(202);
    }
  }

  @Test
  void limits_stand_before_attempts_and_are_kept_across_restarts() {
    String settings =
        """
        {"limits":{"rate":"200/s","perKey":{"concurrency":2},"retryBudget":{}},
         "choice":{"messages":500,"fairBy":"tenant","weights":{"gold":3}}}
        """;
    try (RunningServer server = start()) {
      Reply made = server.api().put("/v1/queues/mails", settings);
      assertThat(made.status()).isEqualTo(201);
      assertThat(server.api().put("/v1/queues/mails", made(made)).status()).isEqualTo(200);
    }
    try (RunningServer server = start()) {
      JsonNode queue = server.api().get("/v1/queues/mails").json();

      assertThat(queue.path("gates"))
          .extracting(gate -> gate.path("name").asText() + " " + gate.path("state").asText())
          .containsExactly(
              "concurrency 2 per key passing",
              "rate 200/s passing",
              "retry budget 20 % + 10/s passing");
      assertThat(queue.at("/limits/perKey/concurrency").asInt()).isEqualTo(2);
      assertThat(queue.at("/choice/weights/gold").asInt()).isEqualTo(3);
    }
  }

  /** What was shown of a queue can be put again, but for what is no setting. */
  private static String made(Reply shown) {
    ObjectNode settings = (ObjectNode) shown.json();
    settings.remove(List.of("name", "source", "paused", "gates", "stats"));
    return settings.toString();
  }

  @Test
  void secrets_are_stored_for_the_owner_alone_and_never_shown() throws IOException {
    String settings = "{\"deliver\":{\"url\":\"https://example.com/\"%s}}";
    try (RunningServer server = start()) {
      Reply made =
          server
              .api()
              .put("/v1/queues/hooks", settings.formatted(",\"secret\":\"" + SECRET + "\""));
      Reply kept = server.api().put("/v1/queues/hooks", settings.formatted(""));
      Reply shown = server.api().get("/v1/queues");

      assertThat(made.body() + kept.body() + shown.body()).doesNotContain("MfKQ9r8GKYqr");
      assertThat(kept.json().at("/deliver/signed").asBoolean()).isTrue();
      assertThat(Files.readString(folder.resolve("data/queues.json"))).contains(SECRET);
      assertThat(Files.getPosixFilePermissions(folder.resolve("data/queues.json")))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(Files.getPosixFilePermissions(folder.resolve("data")))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));

      Reply removed = server.api().put("/v1/queues/hooks", settings.formatted(",\"secret\":\"\""));
      assertThat(removed.json().at("/deliver/signed").asBoolean()).isFalse();
    }
  }

  @Test
  void a_queue_of_the_configuration_is_changed_only_there() {
    try (RunningServer server = start()) {
      Reply reply = server.api().put("/v1/queues/orders", "{}");

      assertThat(reply.status()).isEqualTo(409);
      assertThat(reply.problem()).isEqualTo("queue-from-config");
      assertThat(server.api().get("/v1/queues/orders").text("source")).isEqualTo("config");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"conccurency\":1} | did you mean `concurrency`?",
        "{\"concurrency\":0} | 1 to 10000",
        "{\"rateLimit\":\"5/s\"} | rateLimit is unknown",
        "{\"retry\":{\"atempts\":1}} | retry.atempts",
        "{\"limits\":{\"rate\":\"fast\"}} | limits.rate must be a number and a time",
        "{\"choice\":{\"fairby\":\"x\"}} | did you mean `fairBy`?",
        "{\"deliver\":{}} | deliver.url is missing",
        "{\"deliver\":{\"url\":\"ftp://x/\"}} | http",
        "{\"deliver\":{\"url\":\"http://x/\",\"secret\":\"short\"}} | secret",
        "{\"deliver\":{\"url\":\"http://10.0.0.1/\"}} | not allowed",
        "{\"deliver\":{\"url\":\"http://x/\",\"timeout\":\"20s\"},\"timeout\":\"10s\"} | shorter",
        "{\"deliver\":[]} | deliver must be an object",
      })
  void a_mistake_in_the_settings_is_explained_and_changes_nothing(String json, String explanation) {
    try (RunningServer server = start()) {
      Reply reply = server.api().put("/v1/queues/mails", json);

      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.text("detail")).contains(explanation);
      assertThat(server.api().get("/v1/queues/mails").status()).isEqualTo(404);
    }
  }

  @Test
  void all_mistakes_are_told_at_once() {
    try (RunningServer server = start()) {
      Reply reply =
          server
              .api()
              .put("/v1/queues/mails", "{\"concurrency\":0,\"retry\":{\"attempts\":0},\"x\":1}");

      assertThat(reply.json().path("problems")).hasSize(3);
    }
  }

  @Test
  void a_bad_name_is_refused() {
    try (RunningServer server = start()) {
      assertThat(server.api().put("/v1/queues/-x", "{}").text("detail")).contains("the name must");
      assertThat(server.api().put("/v1/queues/x:y", "{}").status()).isEqualTo(400);
      assertThat(server.api().put("/v1/queues/..%2f..", "{}").status()).isEqualTo(400);
    }
  }

  @Test
  void a_pause_lasts_until_it_is_ended_also_across_restarts() {
    try (RunningServer server = start()) {
      Reply reply = server.api().post("/v1/queues/orders:pause", "{\"reason\":\"stocktaking\"}");

      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.json().path("paused").asBoolean()).isTrue();
      assertThat(server.api().send("orders", "x").status()).isEqualTo(202);
      Reply lease = server.api().post("/v1/queues/orders:lease", "{\"wait\":\"1s\"}");
      assertThat(lease.json().path("deliveries")).isEmpty();
    }
    try (RunningServer server = start()) {
      Reply queue = server.api().get("/v1/queues/orders");
      assertThat(queue.json().path("paused").asBoolean()).isTrue();
      assertThat(queue.text("pauseReason")).isEqualTo("stocktaking");

      Reply reply = server.api().post("/v1/queues/orders:resume", "");

      assertThat(reply.json().path("paused").asBoolean()).isFalse();
      server.api().send("orders", "y");
      assertThat(server.api().lease("orders")).hasSize(1);
    }
    try (RunningServer server = start()) {
      assertThat(server.api().get("/v1/queues/orders").json().path("paused").asBoolean()).isFalse();
    }
  }

  @Test
  void settings_that_cannot_be_stored_change_nothing() throws IOException {
    try (RunningServer server = start()) {
      server.api().put("/v1/queues/mails", "{\"maxWaiting\":1}");
      Path file = folder.resolve("data/queues.json");
      Files.delete(file);
      Files.createDirectories(file.resolve("in the way"));

      Reply changed = server.api().put("/v1/queues/mails", "{\"maxWaiting\":9}");
      Reply made = server.api().put("/v1/queues/more", "{}");

      assertThat(changed.status()).isEqualTo(500);
      assertThat(made.status()).isEqualTo(500);
      assertThat(server.api().get("/v1/queues/more").status()).isEqualTo(404);
      assertThat(server.api().get("/v1/queues/mails").json().path("maxWaiting").asInt()).isOne();
      assertThat(server.api().send("mails", "x").status()).isEqualTo(202);
      assertThat(server.api().send("mails", "y").status()).isEqualTo(429);
    }
  }

  @Test
  void a_queue_that_was_paused_before_a_restart_is_measured_as_paused() {
    try (RunningServer server = start()) {
      server.api().post("/v1/queues/orders:pause", "{}");
    }
    try (RunningServer server = start()) {
      assertThat(server.api().get("/metrics").body())
          .contains("redrive_paused{queue=\"orders\"} 1.0");
    }
  }

  @Test
  void a_field_where_none_is_asked_for_is_told() {
    try (RunningServer server = start()) {
      Reply reply = server.api().post("/v1/queues/orders:resume", "{\"reason\":\"x\"}");

      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.text("detail")).isEqualTo("reason is unknown: nothing is asked for here");
    }
  }

  @Test
  void counts_are_shown() {
    try (RunningServer server = start()) {
      server.api().send("orders", "x");
      server.api().send("orders", "y", "Redrive-Delay", "1h");

      JsonNode stats = server.api().get("/v1/queues").json().at("/queues/0/stats");

      assertThat(stats.path("sent").asInt()).isEqualTo(2);
      assertThat(stats.path("waiting").asInt()).isEqualTo(2);
      assertThat(stats.has("oldestDueAt")).isTrue();
    }
  }
}
