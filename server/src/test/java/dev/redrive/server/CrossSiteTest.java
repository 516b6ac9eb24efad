// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.RawHttp;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CrossSiteTest {
  @TempDir Path folder;
  private RunningServer server;

  @BeforeEach
  void start() {
    server = RunningServer.start(folder, "queues: { orders: }\nhosts: [ Redrive.internal ]");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String status(String head) throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.write(head + "\r\nContent-Length: 0\r\n\r\n");
      return raw.answer().substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sec-Fetch-Site: cross-site | 403",
        "Sec-Fetch-Site: same-site | 403",
        "Sec-Fetch-Site: same-origin | 202",
        "Sec-Fetch-Site: none | 202",
        "Origin: https://evil.example | 403",
        "Origin: http://localhost:1 | 403",
        "Origin: null | 403",
        "Origin: http://localhost | 202",
        "Accept: */* | 202",
      })
  void a_browser_cannot_send_for_another_site(String header, String status) throws IOException {
    String head = "POST /v1/queues/orders/messages HTTP/1.1\r\nHost: localhost\r\n" + header;

    assertThat(status(head)).isEqualTo(status);
  }

  @Test
  void a_page_may_be_linked_to_but_not_read_from_elsewhere() throws IOException {
    String get = "GET /v1/queues HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n";

    assertThat(status(get + "Sec-Fetch-Mode: navigate")).isEqualTo("200");
    assertThat(status(get + "Sec-Fetch-Mode: cors")).isEqualTo("403");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "REDRIVE.internal"})
  void this_machine_is_addressed_by_its_own_names(String host) throws IOException {
    assertThat(status("GET /healthz HTTP/1.1\r\nHost: " + host)).isEqualTo("200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8080", "[", ""})
  void a_name_that_was_led_here_is_refused(String host) throws IOException {
    assertThat(status("GET /healthz HTTP/1.1\r\nHost: " + host)).isIn("403", "400");
  }
}
