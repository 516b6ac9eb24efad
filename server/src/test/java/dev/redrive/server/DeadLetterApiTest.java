// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.RawHttp;
import dev.redrive.server.support.Reply;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeadLetterApiTest {
  @TempDir Path folder;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server = RunningServer.start(folder, "queues: { a: , b: , c: }");
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void die(String queue, String id, String failure, String... headers) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 0, headers.length);
    all[headers.length] = "Redrive-Id";
    all[headers.length + 1] = id;
    api.send(queue, "payload of " + id, all);
    String lease = api.lease(queue).at("/0/lease").asText();
    Reply dead = api.post("/v1/leases/" + lease + ":dead", "{\"failure\":\"" + failure + "\"}");
    assertThat(dead.status()).isEqualTo(204);
  }

  private List<String> ids(Reply page) {
    List<String> ids = new ArrayList<>();
    page.json().path("items").forEach(each -> ids.add(each.path("id").asText()));
    return ids;
  }

  private int dead(String queue) {
    return api.get("/v1/queues/" + queue).json().at("/stats/dead").asInt();
  }

  @Test
  void a_dead_letter_says_why_when_and_how_often() {
    die(
        "a",
        "x",
        "no such customer",
        "Redrive-Key",
        "k",
        "Redrive-Header-Tenant",
        "blue",
        "Redrive-Header-Authorization",
        "Bearer canary",
        "Redrive-Header-X-Api-Token",
        "canary");

    JsonNode summary = api.get("/v1/dead-letters").json().at("/items/0");
    Reply whole = api.get("/v1/dead-letters/x");

    assertThat(summary.path("queue").asText()).isEqualTo("a");
    assertThat(summary.path("reason").asText()).isEqualTo("rejected");
    assertThat(summary.path("failure").asText()).contains("no such customer");
    assertThat(summary.path("fingerprint").asText()).isNotEmpty();
    assertThat(summary.path("attempts").asInt()).isEqualTo(1);
    assertThat(summary.path("key").asText()).isEqualTo("k");
    assertThat(summary.path("size").asInt()).isEqualTo("payload of x".length());
    assertThat(Instant.parse(summary.path("diedAt").asText()))
        .isAfterOrEqualTo(Instant.parse(summary.path("firstSeen").asText()));
    assertThat(summary.has("body")).isFalse();
    assertThat(summary.has("headers")).isFalse();
    assertThat(whole.text("body")).isEqualTo("payload of x");
    assertThat(whole.json().at("/headers/tenant").asText()).isEqualTo("blue");
    assertThat(whole.json().path("history")).isNotEmpty();
    assertThat(whole.body()).doesNotContain("canary");
    assertThat(whole.json().at("/headers/authorization").asText()).isEqualTo("[hidden]");
  }

  @Test
  void what_is_hidden_is_not_lost() {
    die("a", "x", "no", "Redrive-Header-Authorization", "Bearer canary");

    api.post("/v1/dead-letters:replay", "{\"select\":{\"queue\":\"a\",\"all\":true}}");

    JsonNode again = api.lease("a");
    assertThat(again.at("/0/headers/authorization").asText()).isEqualTo("Bearer canary");
  }

  @Test
  void pages_go_through_all_queues() {
    for (int i = 0; i < 3; i++) {
      die("a", "a" + i, "x");
      die("c", "c" + i, "x");
    }

    List<String> found = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    do {
      Reply page = api.get("/v1/dead-letters?limit=2&cursor=" + cursor);
      found.addAll(ids(page));
      cursor = page.text("next");
      pages++;
    } while (!cursor.isEmpty());

    assertThat(found).containsExactly("a0", "a1", "a2", "c0", "c1", "c2");
    assertThat(pages).isBetween(3, 4);
  }

  @Test
  void filters_select() {
    die("a", "one", "disk full");
    Instant first = Instant.parse(api.get("/v1/dead-letters/one").text("diedAt"));
    // Times have milliseconds, and a fast machine kills two in one.
    Poll.until("the clock to go on", Api.BOUND, () -> Instant.now().isAfter(first.plusMillis(1)));
    die("a", "two", "no such customer");
    die("b", "three", "Disk full");
    String fingerprint = api.get("/v1/dead-letters/one").text("fingerprint");
    String died = api.get("/v1/dead-letters/two").text("diedAt");

    assertThat(ids(api.get("/v1/dead-letters?queue=a"))).containsExactly("one", "two");
    assertThat(ids(api.get("/v1/dead-letters?text=DISK"))).containsExactly("one", "three");
    assertThat(ids(api.get("/v1/dead-letters?reason=rejected"))).hasSize(3);
    assertThat(ids(api.get("/v1/dead-letters?reason=expired"))).isEmpty();
    assertThat(ids(api.get("/v1/dead-letters?fingerprint=" + fingerprint))).containsExactly("one");
    assertThat(ids(api.get("/v1/dead-letters?to=" + died))).doesNotContain("two");
    assertThat(ids(api.get("/v1/dead-letters?from=" + died))).doesNotContain("one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limit=0 | limit must be 1 to 1000",
        "limit=1001 | limit must be 1 to 1000",
        "limit=x | limit must be 1 to 1000",
        "reason=sad | must be one of [attempts-exhausted",
        "from=yesterday | from is no time",
        "cursor=AAAA | none of ours",
        "quue=a | did you mean `queue`?",
        "queue=a&queue=b | given twice",
        "text=%zz | two hexadecimal digits",
        "text=%ff | no UTF-8",
      })
  void a_mistake_in_the_query_is_explained(String query, String explanation) throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write("GET /v1/dead-letters?" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(raw.answer()).startsWith("HTTP/1.1 400").contains(explanation);
    }
  }

  @Test
  void an_unknown_queue_is_told() {
    assertThat(api.get("/v1/dead-letters?queue=z").problem()).isEqualTo("unknown-queue");
    assertThat(api.get("/v1/dead-letters/x?queue=z").problem()).isEqualTo("unknown-queue");
    assertThat(api.get("/v1/dead-letters/x").problem()).isEqualTo("unknown-dead-letter");
    assertThat(
            api.post("/v1/dead-letters:replay", "{\"select\":{\"queue\":\"z\",\"all\":true}}")
                .problem())
        .isEqualTo("unknown-queue");
  }

  @Test
  void an_id_that_two_queues_have_needs_the_queue() {
    die("a", "x", "one");
    die("b", "x", "two");

    assertThat(api.get("/v1/dead-letters/x").problem()).isEqualTo("ambiguous-id");
    assertThat(api.get("/v1/dead-letters/x?queue=b").text("failure")).contains("two");
  }

  @Test
  void a_replay_sends_each_back_once() {
    die("a", "x", "no");
    die("a", "y", "no");
    String select = "{\"select\":{\"queue\":\"a\",\"ids\":[\"x\"]}}";

    Reply dry =
        api.post(
            "/v1/dead-letters:replay",
            "{\"select\":{\"queue\":\"a\",\"all\":true},\"dryRun\":true}");
    Reply first = api.post("/v1/dead-letters:replay", select);
    Reply second = api.post("/v1/dead-letters:replay", select);

    assertThat(dry.json().path("matching").asInt()).isEqualTo(2);
    assertThat(dry.json().path("replayed").asInt()).isZero();
    assertThat(first.json().path("replayed").asInt()).isEqualTo(1);
    assertThat(second.json().path("replayed").asInt()).isZero();
    assertThat(dead("a")).isEqualTo(1);
    assertThat(api.lease("a").at("/0/id").asText()).isEqualTo("x");
  }

  @Test
  void a_replay_takes_no_more_than_it_is_told_and_says_so() {
    for (int i = 0; i < 3; i++) {
      die("a", "m" + i, "no");
    }
    String request = "{\"select\":{\"queue\":\"a\",\"all\":true},\"max\":2}";

    Reply first = api.post("/v1/dead-letters:replay", request);
    Reply second = api.post("/v1/dead-letters:replay", request);

    assertThat(first.json().path("replayed").asInt()).isEqualTo(2);
    assertThat(first.json().path("more").asBoolean()).isTrue();
    assertThat(second.json().path("replayed").asInt()).isEqualTo(1);
    assertThat(second.json().path("more").asBoolean()).isFalse();
  }

  @Test
  void purging_more_than_named_ids_needs_a_confirmation() {
    die("a", "x", "no");
    die("a", "y", "no");
    die("a", "z", "yes");
    String all = "{\"select\":{\"queue\":\"a\",\"all\":true}%s}";

    Reply unconfirmed = api.post("/v1/dead-letters:purge", all.formatted(""));
    Reply wrong = api.post("/v1/dead-letters:purge", all.formatted(",\"confirm\":\"b\""));
    int before = dead("a");
    Reply byId =
        api.post("/v1/dead-letters:purge", "{\"select\":{\"queue\":\"a\",\"ids\":[\"x\"]}}");
    Reply filtered =
        api.post(
            "/v1/dead-letters:purge",
            "{\"select\":{\"queue\":\"a\",\"filter\":{\"text\":\"yes\"}},\"confirm\":\"a\"}");
    Reply confirmed = api.post("/v1/dead-letters:purge", all.formatted(",\"confirm\":\"a\""));

    assertThat(unconfirmed.problem()).isEqualTo("confirmation-missing");
    assertThat(wrong.problem()).isEqualTo("confirmation-missing");
    assertThat(before).isEqualTo(3);
    assertThat(byId.json().path("purged").asInt()).isEqualTo(1);
    assertThat(filtered.json().path("purged").asInt()).isEqualTo(1);
    assertThat(confirmed.json().path("purged").asInt()).isEqualTo(1);
    assertThat(dead("a")).isZero();
    assertThat(api.get("/v1/queues/a").json().at("/stats/purged").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | select is missing",
        "{\"select\":{\"all\":true}} | select.queue is missing",
        "{\"select\":{\"queue\":\"a\"}} | exactly one of",
        "{\"select\":{\"queue\":\"a\",\"all\":false}} | exactly one of",
        "{\"select\":{\"queue\":\"a\",\"all\":true,\"ids\":[\"x\"]}} | exactly one of",
        "{\"select\":{\"queue\":\"a\",\"ids\":[]}} | select.ids must be 1 to 10000 ids",
        "{\"select\":{\"queue\":\"a\",\"filter\":{}}} | selects nothing in particular",
        "{\"select\":{\"queue\":\"a\",\"filter\":{\"resaon\":\"x\"}}} | did you mean `reason`?",
        "{\"select\":{\"queue\":\"a\",\"all\":true},\"max\":10001} | max must be",
      })
  void a_selection_that_could_mean_something_else_is_refused(String json, String explanation) {
    for (String verb : List.of("replay", "purge")) {
      Reply reply = api.post("/v1/dead-letters:" + verb, json);

      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.text("detail")).contains(explanation);
    }
  }
}
