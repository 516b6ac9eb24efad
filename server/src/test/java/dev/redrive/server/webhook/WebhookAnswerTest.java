// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static dev.redrive.server.webhook.WebhookFixture.deliver;
import static dev.redrive.server.webhook.WebhookFixture.failure;
import static dev.redrive.server.webhook.WebhookFixture.to;
import static dev.redrive.server.webhook.WebhookFixture.until;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.Api;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a receiver's answer (S6, S12, S19). */
class WebhookAnswerTest {
  @RegisterExtension final WebhookFixture fixture = new WebhookFixture();

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 299})
  void any_2xx_is_delivered(int status) throws Exception {
    try (Receiver receiver = Receiver.answering(answer(status, "", ""));
        WebhookClient client = fixture.client()) {
      assertThat(deliver(client, to(receiver.url()).build()))
          .isEqualTo(new Outcome.Delivered(status));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 307, 308})
  void redirect_is_a_failure_and_is_not_followed(int status) throws Exception {
    try (Receiver target = Receiver.answering(Receiver.OK);
        Receiver receiver = Receiver.answering(answer(status, "location: " + target.url(), ""));
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.STATUS);
      assertThat(failure.status()).hasValue(status);
      assertThat(failure.isRetryable()).isFalse();
      assertThat(target.connections()).isZero();
    }
  }

  @Test
  void failure_carries_status_and_the_beginning_of_the_body() throws Exception {
    String body = "é".repeat(15_000); // 30,000 bytes in UTF-8; the cut falls within none of them.
    try (Receiver receiver =
            Receiver.answering(answer(500, "", new String(body.getBytes(UTF_8), ISO_8859_1)));
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.status()).hasValue(500);
      assertThat(failure.isRetryable()).isTrue();
      assertThat(failure.excerpt()).isEqualTo("é".repeat(10_000));
      assertThat(failure.getMessage()).isEqualTo("the receiver answered 500");
    }
  }

  @Test
  void character_cut_in_half_and_bytes_that_are_no_text_do_no_harm() throws Exception {
    String body = "a" + "\u00c3\u00a9".repeat(12_000); // 20,000 falls in the middle of a character.
    try (Receiver receiver = Receiver.answering(answer(500, "", body));
        Receiver binary = Receiver.answering(answer(500, "", "\u00ff\u0000\u001b[2J"));
        WebhookClient client = fixture.client()) {
      String cut = failure(deliver(client, to(receiver.url()).build())).excerpt();
      String odd = failure(deliver(client, to(binary.url()).build())).excerpt();

      assertThat(cut).isEqualTo("a" + "é".repeat(9_999));
      assertThat(odd).isEqualTo("\ufffd\u0000\u001b[2J");
    }
  }

  @Test
  void gone_says_that_the_destination_is_to_be_disabled() throws Exception {
    try (Receiver receiver = Receiver.answering(answer(410, "", ""));
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.isGone()).isTrue();
      assertThat(failure.isRetryable()).isFalse();
    }
  }

  @Test
  void interim_answer_that_was_not_asked_for_is_no_success() throws Exception {
    try (Receiver receiver =
            Receiver.answering("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
        Receiver hints =
            Receiver.answering("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + Receiver.OK);
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.status()).hasValue(102);
      assertThat(failure.isRetryable()).isTrue();
      assertThat(deliver(client, to(hints.url()).build())).isEqualTo(new Outcome.Delivered(200));
    }
  }

  @Test
  void retry_after_is_honoured_and_clamped() throws Exception {
    try (Receiver seconds = Receiver.answering(answer(429, "retry-after: 7", ""));
        Receiver date =
            Receiver.answering(answer(503, "Retry-After: Sun, 01 Mar 2026 12:01:30 GMT", ""));
        Receiver year = Receiver.answering(answer(503, "retry-after: 31536000", ""));
        Receiver odd = Receiver.answering(answer(503, "retry-after: soon", ""));
        WebhookClient client = fixture.client()) {
      assertThat(wait(client, seconds)).contains(Duration.ofSeconds(7));
      assertThat(wait(client, date)).contains(Duration.ofSeconds(90));
      assertThat(wait(client, year)).contains(Duration.ofDays(1));
      assertThat(wait(client, odd)).isEmpty();
    }
  }

  @Test
  void endless_body_is_read_no_further_than_the_bound() throws Exception {
    CompletableFuture<Long> taken = new CompletableFuture<>();
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  line.write("HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n");
                  taken.complete(flood(line, "1000\r\n" + "x".repeat(4096) + "\r\n"));
                });
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.status()).hasValue(500);
      assertThat(failure.excerpt()).isEqualTo("x".repeat(20_000));
      // What the sockets' own buffers hold comes on top of the 64 KiB.
      assertThat(taken.get(Api.BOUND.toSeconds(), TimeUnit.SECONDS)).isLessThan(32L << 20);
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void endless_body_behind_a_2xx_is_delivered_and_costs_the_connection() throws Exception {
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  line.write("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n");
                  flood(line, "x".repeat(4096));
                });
        WebhookClient client = fixture.client()) {
      assertThat(deliver(client, to(receiver.url()).build())).isEqualTo(new Outcome.Delivered(200));
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void compressed_bomb_is_counted_and_not_decoded() throws Exception {
    byte[] bomb = gzip(new byte[30 << 20]);
    assertThat(bomb.length).isLessThan(64 * 1024);
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  while (line.read()) {
                    line.write(
                        "HTTP/1.1 500 No\r\ncontent-encoding: gzip\r\ncontent-length: "
                            + bomb.length
                            + "\r\n\r\n");
                    line.write(bomb);
                  }
                });
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.excerpt())
          .isEqualTo("(" + bomb.length + " bytes of a compressed body, not decoded)");
      assertThat(receiver.next().headers()).doesNotContainKey("accept-encoding");
    }
  }

  @Test
  void head_of_a_megabyte_is_refused() throws Exception {
    assertHeadRefused("x-long: " + "y".repeat(1 << 20));
  }

  @Test
  void ten_thousand_headers_are_refused() throws Exception {
    assertHeadRefused("x-many: y\r\n".repeat(10_000) + "x-last: y");
  }

  @Test
  void trailers_without_end_are_refused() throws Exception {
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  line.write("HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n0\r\n");
                  flood(line, "x-more: " + "y".repeat(1000) + "\r\n");
                });
        WebhookClient client = fixture.client()) {
      assertThat(failure(deliver(client, to(receiver.url()).build())).status()).hasValue(500);
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void what_is_not_http_is_told_as_such() throws Exception {
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  line.write("220 mail.example ESMTP\r\n\r\n");
                  line.awaitClose();
                });
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.PROTOCOL);
    }
  }

  @Test
  void answer_before_the_whole_request_was_read_counts_and_ends_the_connection() throws Exception {
    byte[] large = new byte[16 << 20];
    CountDownLatch seen = new CountDownLatch(1);
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  if (line.number() > 1) {
                    line.read();
                    line.write(Receiver.OK);
                    return;
                  }
                  line.readHead();
                  line.write(Receiver.OK);
                  // Reads no body: the request can never be written to its end.
                  Receiver.await(seen);
                });
        WebhookClient client = fixture.client()) {
      Destination destination = to(receiver.url()).build();
      Outcome outcome =
          WebhookFixture.await(
              client
                  .deliver(
                      destination,
                      new OutgoingRequest("m", "text/plain", Map.of(), large),
                      Optional.empty())
                  .toCompletableFuture());

      assertThat(outcome).isEqualTo(new Outcome.Delivered(200));
      assertThat(deliver(client, destination)).isEqualTo(new Outcome.Delivered(200));
      assertThat(receiver.next().connection()).isEqualTo(2);
      seen.countDown();
    }
  }

  @Test
  void connection_reset_before_an_answer_is_a_disconnect() throws Exception {
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  line.reset();
                });
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.DISCONNECTED);
      assertThat(failure.isRetryable()).isTrue();
      assertThat(receiver.connections()).isEqualTo(1);
    }
  }

  @Test
  void connection_reset_within_the_body_leaves_the_status() throws Exception {
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  line.write("HTTP/1.1 400 No\r\ncontent-length: 100\r\n\r\nbad field");
                });
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.status()).hasValue(400);
      assertThat(failure.excerpt()).isEqualTo("bad field");
      assertThat(failure.isRetryable()).isFalse();
    }
  }

  private void assertHeadRefused(String headers) throws IOException {
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  line.write(answer(200, headers, ""));
                  line.awaitClose();
                });
        WebhookClient client = fixture.client()) {
      DeliveryException failure = failure(deliver(client, to(receiver.url()).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.PROTOCOL);
      until(() -> client.openConnections() == 0);
    }
  }

  private static Optional<Duration> wait(WebhookClient client, Receiver receiver) {
    return failure(deliver(client, to(receiver.url()).build())).retryAfter();
  }

  private static String answer(int status, String header, String body) {
    return "HTTP/1.1 "
        + status
        + " Text\r\n"
        + (header.isEmpty() ? "" : header + "\r\n")
        + (status == 204 ? "" : "content-length: " + body.length() + "\r\n")
        + "\r\n"
        + body;
  }

  /** Writes until the client closes; returns how much that was. */
  private static long flood(Receiver.Line line, String part) {
    long written = 0;
    try {
      while (true) {
        line.write(part);
        written += part.length();
      }
    } catch (IOException e) {
      return written;
    }
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    }
    return packed.toByteArray();
  }
}
