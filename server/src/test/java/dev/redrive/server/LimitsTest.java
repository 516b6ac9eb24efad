// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.Api;
import dev.redrive.server.support.RawHttp;
import dev.redrive.server.support.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
  private static final String POST =
      "POST /v1/queues/orders/messages HTTP/1.1\r\nHost: localhost\r\n";

  @TempDir Path folder;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server =
        RunningServer.start(
            folder, "queues: { orders: }\nlimits: { bodyMax: 1KiB, connectionsMax: 20 }");
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int sent() {
    return api.get("/v1/queues/orders").json().at("/stats/sent").asInt();
  }

  @Test
  void a_body_of_just_the_limit_is_taken() {
    assertThat(api.send("orders", "x".repeat(1_024)).status()).isEqualTo(202);
    assertThat(api.send("orders", "").status()).isEqualTo(202);

    Reply reply = api.send("orders", "x".repeat(1_025));

    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.text("detail")).contains("at most 1024 bytes");
  }

  @Test
  void a_body_that_says_it_is_too_large_is_refused_before_it_comes() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write(POST + "Content-Length: 10000000000\r\n\r\n");

      assertThat(raw.answer()).startsWith("HTTP/1.1 413");
      assertThat(raw.rest()).isEmpty();
    }
  }

  @Test
  void a_client_that_asks_first_is_told_first() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write(POST + "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n");
      assertThat(raw.answer()).startsWith("HTTP/1.1 413");
    }
    try (RawHttp raw = server.raw()) {
      raw.write(POST + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
      assertThat(raw.answer()).startsWith("HTTP/1.1 100");
      raw.write("body");
      assertThat(raw.answer()).startsWith("HTTP/1.1 202");
    }
  }

  @Test
  void a_body_without_a_length_is_refused_as_soon_as_it_is_too_large() throws IOException {
    try (RawHttp raw = server.raw()) {
      String piece = "100\r\n" + "x".repeat(256) + "\r\n";
      raw.write(POST + "Transfer-Encoding: chunked\r\n\r\n" + piece.repeat(5));

      assertThat(raw.answer()).startsWith("HTTP/1.1 413");
      assertThat(raw.rest()).isEmpty();
    }
    assertThat(sent()).isZero();
  }

  @Test
  void a_chunked_body_within_the_limit_is_taken_whole() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write(POST + "Redrive-Id: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      raw.write("4;x=y\r\ndefg\r\n0\r\n\r\n");

      assertThat(raw.answer()).startsWith("HTTP/1.1 202");
    }
    assertThat(api.lease("orders").at("/0/body").asText()).isEqualTo("abcdefg");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRACE", "PATCH", "OPTIONS", "HEAD", "CONNECTED"})
  void other_methods_are_not_allowed(String method) throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write(method + " /v1/queues HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(raw.answer()).startsWith("HTTP/1.1 405").containsIgnoringCase("allow: GET\r\n");
    }
  }

  @Test
  void a_verb_is_no_part_of_a_name() {
    Reply reply = api.get("/v1/queues/orders:pause");

    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.header("Allow")).isEqualTo("POST");
    assertThat(api.get("/v1/nothing").problem()).isEqualTo("unknown-path");
    assertThat(api.get("/v1/queues/").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/queues/orders:pause | text/plain",
        "/v1/queues/orders:lease | application/x-www-form-urlencoded",
        "/v1/dead-letters:purge | multipart/form-data",
        "/v1/dead-letters:replay | application/jsonp",
      })
  void forms_and_texts_are_no_json(String path, String type) {
    Reply reply = api.call("POST", path, "{}", "Content-Type", type);

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.problem()).isEqualTo("unsupported-type");
  }

  @Test
  void json_without_its_type_is_refused_and_with_a_charset_taken() {
    String path = "/v1/queues/orders:pause";

    assertThat(api.call("POST", path, "{}").status()).isEqualTo(415);
    assertThat(
            api.call("POST", path, "{}", "Content-Type", "application/json;charset=utf-8").status())
        .isEqualTo(200);
  }

  @Test
  void json_that_is_nested_too_deep_is_refused() {
    String json = "{\"reason\":" + "[".repeat(100) + "]".repeat(100) + "}";

    Reply reply = api.post("/v1/queues/orders:pause", json);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("detail")).contains("depth");
  }

  @Test
  void numbers_that_are_too_long_are_refused() {
    Reply reply = api.post("/v1/queues/orders:lease", "{\"max\":" + "1".repeat(2_000) + "}");

    assertThat(reply.status()).isEqualTo(400);
  }

  @Test
  void an_address_that_is_too_long_is_refused() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.writeWhatIsTaken("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(raw.rest()).startsWith("HTTP/1.").contains(" 414 ").contains("address-too-long");
    }
  }

  @Test
  void headers_that_are_too_large_are_refused() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.writeWhatIsTaken(
          "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: " + "a".repeat(40_000) + "\r\n\r\n");

      assertThat(raw.rest()).startsWith("HTTP/1.1 431").contains("headers-too-large");
    }
  }

  @Test
  void connections_beyond_the_limit_are_closed() throws IOException {
    List<RawHttp> open = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        RawHttp raw = server.raw();
        open.add(raw);
        raw.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(raw.answer()).startsWith("HTTP/1.1 200");
      }
      try (RawHttp oneTooMany = server.raw()) {
        oneTooMany.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(oneTooMany.rest()).isEmpty();
      }
      open.get(7).write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(open.get(7).answer()).startsWith("HTTP/1.1 200");
    } finally {
      for (RawHttp each : open) {
        each.close();
      }
    }
  }

  @Test
  void errors_tell_nothing_of_the_inside() throws IOException {
    for (String path :
        List.of("/v1/queues/x", "/v1/messages/%00", "/v1/dead-letters?cursor=x", "/%2e%2e/etc")) {
      try (RawHttp raw = server.raw()) {
        raw.write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

        String answer = raw.answer();

        assertThat(answer)
            .doesNotContain("Exception")
            .doesNotContain("dev.redrive")
            .doesNotContain("\tat ");
        assertThat(answer.toLowerCase(Locale.ROOT))
            .doesNotContain("server:")
            .doesNotContain("vert.x");
      }
    }
  }
}
