// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.server.support.RawHttp;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bounds are short here, so that a peer that is cut off is noticed at once. */
class SlowPeersTest {
  private static final String POST =
      "POST /v1/queues/orders/messages HTTP/1.1\r\nHost: localhost\r\n";

  @TempDir Path folder;
  private RunningServer server;

  @BeforeEach
  void start() {
    server =
        RunningServer.start(
            folder, "queues: { orders: }", RunningServer.impatient(Duration.ofMillis(200)));
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
    try (RawHttp raw = server.raw()) {
      assertThat(raw.rest()).isEmpty();
    }
  }

  @Test
  void a_head_that_does_not_end_is_cut_off() throws IOException {
    try (RawHttp raw = server.raw()) {
      begin(raw, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A:");
    }
  }

  @Test
  void a_body_that_does_not_come_is_cut_off() throws IOException {
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
    try (RawHttp raw = server.raw()) {
      raw.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(raw.answer()).startsWith("HTTP/1.1 200");
      assertThat(raw.rest()).isEmpty();
    }
  }

  @Test
  void who_sends_but_does_not_read_the_answers_is_held_up_and_cut_off() throws IOException {
    server.close();
    server =
        RunningServer.start(
            folder,
            "queues: { orders: }\nlimits: { batchMax: 1000000 }",
            RunningServer.impatient(Duration.ofSeconds(1)));
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
    try (RawHttp raw = server.raw()) {
      raw.head(
          "POST /v1/queues/orders:lease HTTP/1.1",
          "Host: localhost",
          "Content-Length: 13",
          "Content-Type: application/json");
      raw.write("{\"wait\":\"2s\"}");

      assertThat(raw.answer()).startsWith("HTTP/1.1 200").contains("\"deliveries\":[]");
    }
  }
}
