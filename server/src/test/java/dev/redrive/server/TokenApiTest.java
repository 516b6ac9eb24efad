// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.Api;
import dev.redrive.server.support.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that let one message in. */
class TokenApiTest {
  private static final String QUEUES =
      "queues: { orders: , returns: { dedupWindow: 1m }, forgetful: { dedupWindow: 0s } }";

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server = RunningServer.start(folder, QUEUES, RunningServer.at(clock));
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Reply made(String json) {
    return api.post("/v1/tokens", json);
  }

  private String token() {
    return made("{\"queue\":\"orders\",\"ttl\":\"10m\"}").text("token");
  }

  private Reply order(String token) {
    return api.send("orders", "a kettle", "Redrive-Token", token);
  }

  private int sent() {
    return api.get("/v1/queues/orders").json().at("/stats/sent").asInt();
  }

  @Test
  void the_first_message_is_accepted_and_every_further_one_answered_as_it_was() {
    Reply token = made("{\"queue\":\"orders\",\"ttl\":\"10m\"}");
    assertThat(token.status()).isEqualTo(201);
    assertThat(token.text("expiresAt")).isEqualTo("2026-11-20T12:10:00.000Z");

    Reply first = order(token.text("token"));
    assertThat(first.status()).isEqualTo(202);
    assertThat(first.text("id")).isEqualTo(token.text("id"));

    for (int i = 0; i < 3; i++) {
      Reply again = order(token.text("token"));
      assertThat(again.status()).isEqualTo(200);
      assertThat(again.text("id")).isEqualTo(token.text("id"));
      assertThat(again.json().path("duplicate").asBoolean()).isTrue();
    }
    assertThat(sent()).isEqualTo(1);
  }

  @Test
  void of_many_at_once_one_is_accepted() {
    String token = token();
    byte[] body = "a kettle".getBytes(StandardCharsets.UTF_8);
    List<CompletableFuture<Reply>> clicks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clicks.add(api.callAsync("POST", "/v1/queues/orders/messages", body, "Redrive-Token", token));
    }

    List<Integer> answers = clicks.stream().map(each -> each.join().status()).toList();

    assertThat(answers).containsOnlyOnce(202).contains(200);
    assertThat(sent()).isEqualTo(1);
  }

  @Test
  void a_token_that_expired_lets_nothing_in() {
    String token = token();
    clock.advance(Duration.ofMinutes(10));

    Reply late = order(token);

    assertThat(late.status()).isEqualTo(410);
    assertThat(late.problem()).isEqualTo("token-expired");
    assertThat(late.text("detail")).contains("2026-11-20T12:10:00Z", "POST /v1/tokens");
    assertThat(sent()).isZero();
  }

  @Test
  void who_lost_the_first_answer_gets_it_after_the_token_expired() {
    String token = token();
    String id = order(token).text("id");
    clock.advance(Duration.ofHours(1));

    Reply again = order(token);

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text("id")).isEqualTo(id);
    assertThat(again.text("state")).isEqualTo("ready");
    assertThat(sent()).isEqualTo(1);
  }

  @Test
  void a_token_is_for_its_queue_alone() {
    Reply elsewhere = api.send("returns", "a kettle", "Redrive-Token", token());

    assertThat(elsewhere.status()).isEqualTo(400);
    assertThat(elsewhere.problem()).isEqualTo("unknown-token");
  }

  @Test
  void tokens_outlive_a_restart_and_are_this_servers_alone(@TempDir Path other) {
    String token = token();
    server.close();
    server = RunningServer.start(folder, QUEUES, RunningServer.at(clock));
    api = server.api();
    assertThat(order(token).status()).isEqualTo(202);

    try (RunningServer stranger = RunningServer.start(other, QUEUES, RunningServer.at(clock))) {
      Reply unknown = stranger.api().send("orders", "a kettle", "Redrive-Token", token);
      assertThat(unknown.problem()).isEqualTo("unknown-token");
    }
  }

  @Test
  void every_changed_token_is_unknown() {
    String token = token();
    for (int i = 0; i < token.length(); i++) {
      for (char other : new char[] {'A', 'B', 'w', 'x', '-'}) {
        String changed = token.substring(0, i) + other + token.substring(i + 1);
        if (!changed.equals(token)) {
          assertThat(order(changed).problem()).as(changed).isEqualTo("unknown-token");
        }
      }
    }
    assertThat(sent()).isZero();
  }

  @Test
  void no_nonsense_is_a_token() {
    Random random = new Random(11);
    for (int i = 0; i < 200; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "rdt_" : "");
      int length = random.nextInt(120) + 1;
      for (int c = 0; c < length; c++) {
        text.append((char) ('!' + random.nextInt('~' - '!')));
      }
      assertThat(order(text.toString()).problem()).as(text.toString()).isEqualTo("unknown-token");
    }
    assertThat(sent()).isZero();
  }

  @Test
  void tokens_differ() {
    Set<String> tokens = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      tokens.add(token());
    }

    assertThat(tokens).hasSize(100);
  }

  @Test
  void a_token_and_an_id_exclude_each_other() {
    Reply both = api.send("orders", "a", "Redrive-Token", token(), "Redrive-Id", "a");

    assertThat(both.status()).isEqualTo(400);
    assertThat(both.text("detail")).contains("Redrive-Token excludes Redrive-Id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Redrive-Token", "redrive-delay", "Idempotency-Key"})
  void a_batch_takes_no_header_that_is_for_one_message(String header) {
    Reply refused =
        api.call(
            "POST",
            "/v1/queues/orders/messages:batch",
            "{}".getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/x-ndjson",
            header,
            "1s");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("detail")).contains(header, "in a batch, each line says it");
    assertThat(sent()).isZero();
  }

  @Test
  void a_token_is_void_once_ids_are_forgotten_before_it_ends() {
    api.put("/v1/queues/repairs", "{}");
    String token = made("{\"queue\":\"repairs\",\"ttl\":\"10m\"}").text("token");
    assertThat(repair(token).status()).isEqualTo(202);
    assertThat(api.put("/v1/queues/repairs", "{\"dedupWindow\":\"1m\"}").status()).isEqualTo(200);

    assertThat(repair(token).problem()).isEqualTo("token-void");
    assertThat(repair(made("{\"queue\":\"repairs\"}").text("token")).status()).isEqualTo(202);
  }

  private Reply repair(String token) {
    return api.send("repairs", "a kettle", "Redrive-Token", token);
  }

  @Test
  void a_token_lives_no_longer_than_its_queue_remembers_ids() {
    Reply tooLong = made("{\"queue\":\"returns\",\"ttl\":\"2m\"}");
    assertThat(tooLong.status()).isEqualTo(400);
    assertThat(tooLong.text("detail")).contains("ttl must be 1s to 1m");

    Reply byDefault = made("{\"queue\":\"returns\"}");
    assertThat(Instant.parse(byDefault.text("expiresAt")))
        .isEqualTo(clock.instant().plus(Duration.ofMinutes(1)));
    assertThat(made("{\"queue\":\"orders\"}").text("expiresAt"))
        .isEqualTo("2026-11-20T12:15:00.000Z");
    assertThat(made("{\"queue\":\"forgetful\"}").text("detail")).contains("dedupWindow");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"queue\":\"\"}",
        "{\"queue\":17}",
        "{\"queue\":null}",
        "{\"queue\":\"orders\",\"ttl\":\"0s\"}",
        "{\"queue\":\"orders\",\"ttl\":\"-1s\"}",
        "{\"queue\":\"orders\",\"ttl\":\"soon\"}",
        "{\"queue\":\"orders\",\"ttl\":600}",
        "{\"queue\":\"orders\",\"ttl\":\"999999999999999999d\"}",
        "{\"queue\":\"orders\",\"count\":2}",
        "[]",
        "{\"queue\":",
        ""
      })
  void wrong_requests_are_refused(String json) {
    assertThat(made(json).status()).isEqualTo(400);
  }

  @Test
  void an_unknown_queue_has_no_tokens() {
    assertThat(made("{\"queue\":\"order\"}").problem()).isEqualTo("unknown-queue");
  }

  @Test
  void getting_a_token_needs_the_right_to_send(@TempDir Path other) {
    String keys =
        "\napiKeys:\n- { name: a, key: 0123456789abcdefABCDEF, scopes: [ enqueue ] }"
            + "\n- { name: b, key: abcdefABCDEF0123456789, scopes: [ read ] }\n";
    try (RunningServer guarded = RunningServer.start(other, QUEUES + keys)) {
      String json = "{\"queue\":\"orders\"}";
      assertThat(guarded.api().post("/v1/tokens", json).status()).isEqualTo(401);
      assertThat(guarded.api("abcdefABCDEF0123456789").post("/v1/tokens", json).status())
          .isEqualTo(403);
      assertThat(guarded.api("0123456789abcdefABCDEF").post("/v1/tokens", json).status())
          .isEqualTo(201);
    }
  }
}
