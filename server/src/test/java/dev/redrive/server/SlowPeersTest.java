// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.server.support.Api;
import dev.redrive.server.support.RawHttp;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bounds are short here, so that a peer that is cut off is noticed at once; and long where the
 * test itself is the peer that must be in time.
 */
class SlowPeersTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Api.BOUND;

  /** Where all are busy, the test is a slow peer too, and is cut off before it has asked. */
  private static final int TRIES = 20;

  private static final String POST =
      "POST /v1/queues/orders/messages HTTP/1.1\r\nHost: localhost\r\n";

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Each test begins with its own.
  private RunningServer server;

  private void start(Duration heads, Duration rest) {
    server =
        RunningServer.start(
            folder,
            "queues: { orders: }\nlimits: { batchMax: 1000000 }",
            RunningServer.impatient(heads, rest));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Writes a part of a request and waits until the other side has had enough. */
  private static void begin(RawHttp raw, String text) throws IOException {
    raw.write(text);
    assertThat(raw.rest()).doesNotContain(" 200 ").doesNotContain(" 202 ");
  }

  @Test
  void a_connection_that_says_nothing_is_closed() throws IOException {
    start(SHORT, LONG);
    try (RawHttp raw = server.raw()) {
      assertThat(raw.rest()).isEmpty();
    }
  }

  @Test
  void a_head_that_does_not_end_is_cut_off() throws IOException {
    start(SHORT, LONG);
    try (RawHttp raw = server.raw()) {
      begin(raw, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A:");
    }
  }

  @Test
  void a_body_that_does_not_come_is_cut_off() throws IOException {
    start(LONG, SHORT);
    try (RawHttp raw = server.raw()) {
      begin(raw, POST + "Content-Length: 100\r\n\r\nabc");
    }
    try (RawHttp raw = server.raw()) {
      begin(raw, POST + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    }
    assertThat(server.api().get("/v1/queues/orders").json().at("/stats/sent").asInt()).isZero();
  }

  @Test
  void a_connection_that_was_used_is_closed_when_it_is_idle() throws IOException {
    start(SHORT, LONG);
    String answer = "";
    for (int i = 0; i < TRIES && answer.isEmpty(); i++) {
      try (RawHttp raw = server.raw()) {
        raw.writeWhatIsTaken("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        answer = raw.answer();
        assertThat(raw.rest()).isEmpty();
      }
    }
    assertThat(answer).startsWith("HTTP/1.1 200");
  }

  @Test
  void who_sends_but_does_not_read_the_answers_is_held_up_and_cut_off() throws IOException {
    start(LONG, Duration.ofSeconds(1));
    // Wrong lines, because their answers are the longer ones and nothing is stored.
    String lines = "{\"i\":1}\n".repeat(1_000);
    try (RawHttp raw = server.raw()) {
      raw.head(
          "POST /v1/queues/orders/messages:batch HTTP/1.1",
          "Host: localhost",
          "Content-Type: application/x-ndjson",
          "Content-Length: 100000000");

      assertThatThrownBy(() -> writeForEver(raw, lines)).isInstanceOf(SocketException.class);
    }
  }

  private static void writeForEver(RawHttp raw, String lines) throws IOException {
    while (true) {
      raw.write(lines);
    }
  }

  @Test
  void the_time_that_the_server_takes_is_not_the_peers() throws IOException {
    start(SHORT, SHORT);
    String request =
        "POST /v1/queues/orders:lease HTTP/1.1\r\nHost: localhost\r\nContent-Length: 13\r\n"
            + "Content-Type: application/json\r\n\r\n{\"wait\":\"2s\"}";
    String answer = "";
    for (int i = 0; i < TRIES && answer.isEmpty(); i++) {
      try (RawHttp raw = server.raw()) {
        raw.writeWhatIsTaken(request);
        answer = raw.answer();
      }
    }

    assertThat(answer).startsWith("HTTP/1.1 200").contains("\"deliveries\":[]");
  }
}
