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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchApiTest {
  private static final String PATH = "/v1/queues/orders/messages:batch";
  private static final String POST = "POST " + PATH + " HTTP/1.1";
  private static final String NDJSON = "Content-Type: application/x-ndjson";

  @TempDir Path folder;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server =
        RunningServer.start(
            folder, "queues: { orders: }\nlimits: { bodyMax: 1KiB, batchMax: 5000 }");
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Reply batch(String lines) {
    return api.call("POST", PATH, lines, "Content-Type", "application/x-ndjson");
  }

  @Test
  void each_line_is_answered_in_order() {
    Reply reply = batch("{\"id\":\"a\"}\n{\"id\":\"b\",\"delay\":\"1h\"}\n{\"id\":\"a\"}\n");

    List<JsonNode> lines = reply.lines();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(lines).extracting(line -> line.path("line").asInt()).containsExactly(1, 2, 3);
    assertThat(lines).extracting(line -> line.path("id").asText()).containsExactly("a", "b", "a");
    assertThat(lines)
        .extracting(line -> line.path("state").asText())
        .startsWith("ready", "scheduled");
    assertThat(lines.get(2).path("duplicate").asBoolean()).isTrue();
  }

  @Test
  void a_wrong_line_fails_alone() {
    Reply reply =
        batch(
            String.join(
                "\n",
                "{\"id\":\"a\"}",
                "{\"id\":",
                "[1]",
                "{\"id\":\"b\",\"dealy\":\"1s\"}",
                "{\"id\":\"c\",\"delay\":\"soon\",\"deadline\":\"never\"}",
                "{\"id\":\"p\",\"priority\":10}",
                "{\"id\":\"d\",\"body\":\"x\",\"bodyBase64\":\"eA==\"}",
                "{\"body\":\"" + "x".repeat(1_025) + "\"}",
                "{\"body\":\"" + "x".repeat(200_000) + "\"}",
                "{\"id\":\"z\"}"));

    List<JsonNode> lines = reply.lines();
    assertThat(lines)
        .extracting(line -> line.path("status").asInt())
        .containsExactly(0, 400, 400, 400, 400, 400, 400, 413, 413, 0);
    assertThat(lines.get(1).path("detail").asText()).contains("no sound JSON");
    assertThat(lines.get(3).path("detail").asText()).contains("did you mean `delay`?");
    assertThat(lines.get(4).path("detail").asText()).contains("soon").contains("no time");
    assertThat(lines.get(5).path("detail").asText()).contains("priority", "from 0 to 9");
    assertThat(lines.get(9).path("id").asText()).isEqualTo("z");
    assertThat(api.get("/v1/queues/orders").json().at("/stats/sent").asInt()).isEqualTo(2);
  }

  @Test
  void bodies_keep_their_bytes() {
    batch(
        """
        {"id":"1","body":"text ä"}
        {"id":"2","body":{"b": 1.50,  "a":[1e3,"\\u00e4"]} }
        {"id":"3","bodyBase64":"AP8="}
        {"id":"4","body": 1.50}
        {"id":"5","body":[1 ,2],"headers":{"Content-Type":"application/vnd.list"},"requestId":"r"}
        """);

    List<JsonNode> deliveries = new ArrayList<>();
    while (deliveries.size() < 5) {
      api.lease("orders").forEach(deliveries::add);
    }
    assertThat(deliveries)
        .extracting(each -> each.path("body").asText())
        .containsExactly("text ä", "{\"b\": 1.50,  \"a\":[1e3,\"\\u00e4\"]}", "", "1.50", "[1 ,2]");
    assertThat(deliveries.get(2).path("bodyBase64").asText()).isEqualTo("AP8=");
    assertThat(deliveries.get(1).at("/headers/content-type").asText())
        .isEqualTo("application/json");
    assertThat(deliveries.get(0).path("headers")).isEmpty();
    assertThat(deliveries.get(4).at("/headers/Content-Type").asText())
        .isEqualTo("application/vnd.list");
    assertThat(deliveries.get(4).at("/headers/x-request-id").asText()).isEqualTo("r");
  }

  @Test
  void a_large_batch_is_stored_whole() {
    String lines =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "{\"id\":\"m" + i + "\",\"body\":\"" + "x".repeat(500) + "\"}")
            .collect(Collectors.joining("\n"));

    List<JsonNode> answers = batch(lines).lines();

    assertThat(answers).hasSize(5_000).noneMatch(line -> line.has("status"));
    assertThat(answers.get(4_999).path("id").asText()).isEqualTo("m4999");
    assertThat(api.get("/v1/queues/orders").json().at("/stats/sent").asInt()).isEqualTo(5_000);
  }

  @Test
  void a_batch_ends_at_its_limit() {
    String lines = "{}\n".repeat(5_010);

    List<JsonNode> answers = batch(lines).lines();

    assertThat(answers).hasSize(5_001);
    assertThat(answers.get(5_000).path("status").asInt()).isEqualTo(413);
    assertThat(answers.get(5_000).path("detail").asText()).contains("at most 5000 lines");
  }

  @Test
  void answers_come_while_the_batch_still_goes_on() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.head(POST, "Host: localhost", "Transfer-Encoding: chunked", NDJSON);
      raw.write("b\r\n{\"id\":\"a\"}\n\r\n");

      String head = raw.answer();
      Poll.until(
          "the first line to be stored",
          Api.BOUND,
          () -> api.get("/v1/messages/a").status() == 200);
      raw.write("3\r\n{}\n\r\n0\r\n\r\n");

      assertThat(head).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void a_batch_that_breaks_off_leaves_the_lines_before_it_sent() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.head(POST, "Host: localhost", "Content-Length: 500", NDJSON);
      raw.write("{\"id\":\"a\"}\n{\"id\":\"b");
    }

    Poll.until(
        "the whole line to be stored", Api.BOUND, () -> api.get("/v1/messages/a").status() == 200);
    assertThat(api.get("/v1/messages/b").status()).isEqualTo(404);
  }

  @Test
  void another_content_type_is_refused() {
    Reply reply = api.call("POST", PATH, "{}", "Content-Type", "application/json");

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.text("detail")).contains("application/x-ndjson");
  }

  @Test
  void an_empty_batch_is_answered_with_nothing() {
    assertThat(batch("\n\n").body()).isEmpty();
  }
}
