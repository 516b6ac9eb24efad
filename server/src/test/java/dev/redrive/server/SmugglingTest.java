// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.RawHttp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that two readers could understand differently: each is answered 400 and ends its
 * connection.
 */
class SmugglingTest {
  private static final String POST =
      "POST /v1/queues/orders/messages HTTP/1.1\r\nHost: localhost\r\n";
  private static final String SECOND = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static RunningServer server;

  @BeforeAll
  static void start() {
    server = RunningServer.start(folder, "queues: { orders: }");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        Arguments.of(
            "length and chunks",
            POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "chunks and length",
            POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        Arguments.of("two lengths", POST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        Arguments.of("one length twice", POST + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
        Arguments.of("a list of lengths", POST + "Content-Length: 1, 1\r\n\r\na"),
        Arguments.of("a signed length", POST + "Content-Length: +1\r\n\r\na"),
        Arguments.of("a negative length", POST + "Content-Length: -1\r\n\r\na"),
        Arguments.of("a length in hexadecimal", POST + "Content-Length: 0x1\r\n\r\na"),
        Arguments.of("an unknown coding", POST + "Transfer-Encoding: xchunked\r\n\r\n"),
        Arguments.of("two codings", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "two coding headers",
            POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "chunks in HTTP/1.0",
            POST.replace("/1.1", "/1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "a chunk of no size", POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"),
        Arguments.of(
            "a chunk that goes on",
            POST + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"),
        Arguments.of(
            "chunks with bare line feeds", POST + "Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n"),
        Arguments.of("bare line feeds", "GET /healthz HTTP/1.1\nHost: localhost\n\n"),
        Arguments.of("a space before the colon", POST + "Content-Length : 1\r\n\r\na"),
        Arguments.of("a bare carriage return", POST + "X-A: a\rb\r\n\r\n"),
        Arguments.of("a zero byte", POST + "X-A: a\0b\r\n\r\n"),
        Arguments.of("no host", "GET /healthz HTTP/1.1\r\n\r\n"),
        Arguments.of("no host in HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n"),
        Arguments.of("two hosts", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: b\r\n\r\n"),
        Arguments.of("a whole address", "GET http://b/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of("no path", "GET healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of("a fragment", "GET /healthz#x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of("a byte beyond ASCII", "GET /\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void is_refused_and_nothing_behind_it_is_read(String name, String request) throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write(request + SECOND);

      String answers = raw.rest();

      assertThat(answers).matches("(?s)HTTP/1\\.[01] 400 .*");
      assertThat(answers.split("HTTP/1\\.[01] ", -1)).as(answers).hasSize(2);
    }
    assertThat(server.api().get("/v1/queues/orders").json().at("/stats/sent").asInt()).isZero();
  }

  @Test
  void two_sound_requests_in_one_packet_are_answered_in_order() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write("GET /v1/queues/x HTTP/1.1\r\nHost: localhost\r\n\r\n" + SECOND);

      assertThat(raw.answer()).startsWith("HTTP/1.1 404");
      assertThat(raw.answer()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void no_other_protocol_is_spoken() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertThat(raw.rest()).doesNotContain(" 200 ");
    }
    try (RawHttp raw = server.raw()) {
      raw.head(
          "GET /healthz HTTP/1.1",
          "Host: localhost",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "Sec-WebSocket-Version: 13");
      assertThat(raw.answer()).startsWith("HTTP/1.1 200");
    }
  }
}
