// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static dev.redrive.server.webhook.WebhookFixture.deliver;
import static dev.redrive.server.webhook.WebhookFixture.failure;
import static dev.redrive.server.webhook.WebhookFixture.message;
import static dev.redrive.server.webhook.WebhookFixture.to;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves for the receiver, byte by byte (S13, S14, S17). */
class WebhookRequestTest {
  private static final Map<String, String> HOSTILE =
      Map.ofEntries(
          Map.entry("Host", "evil.example"),
          Map.entry("Content-Length", "3"),
          Map.entry("Transfer-Encoding", "chunked"),
          Map.entry("Connection", "close"),
          Map.entry("Content-Type", "text/evil"),
          Map.entry("Expect", "100-continue"),
          Map.entry("Upgrade", "h2c"),
          Map.entry("TE", "trailers"),
          Map.entry("Accept-Encoding", "gzip"),
          Map.entry("WEBHOOK-ID", "stolen"),
          Map.entry("webhook-timestamp", "0"),
          Map.entry("Webhook-Signature", "v1,forged"),
          Map.entry("Authorization", "Bearer of the message"),
          Map.entry("Proxy-Authorization", "Basic x"),
          Map.entry("Cookie", "session=1"),
          Map.entry("X-Fixed", "of the message"),
          Map.entry("X-Free", "of the message"));

  @RegisterExtension final WebhookFixture fixture = new WebhookFixture();

  @Test
  void headers_of_a_message_override_none_of_the_system_or_the_destination() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.client()) {
      Destination destination =
          to(receiver.url())
              .header("Authorization", "Bearer of the destination")
              .header("x-fixed", "of the destination")
              .build();

      WebhookFixture.await(
          client.deliver(destination, message(HOSTILE), Optional.empty()).toCompletableFuture());

      Receiver.Request request = receiver.next();
      assertThat(request.requestLine()).isEqualTo("POST /hook HTTP/1.1");
      assertThat(request.body()).isEqualTo("{\"n\":1}");
      assertThat(request.headers())
          .containsOnlyKeys(
              "host",
              "content-length",
              "content-type",
              "user-agent",
              "webhook-id",
              "webhook-timestamp",
              "webhook-signature",
              "authorization",
              "x-fixed",
              "x-free")
          .containsEntry("host", "127.0.0.1:" + receiver.port())
          .containsEntry("content-length", "7")
          .containsEntry("content-type", "application/json")
          .containsEntry("webhook-id", "msg_1")
          .containsEntry("authorization", "Bearer of the destination")
          .containsEntry("x-fixed", "of the destination")
          .containsEntry("x-free", "of the message");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nhost: evil", "a\nb", "a\rb", "a\u0000", "a\u001b"})
  void line_break_in_a_header_of_a_message_is_refused_and_nothing_is_sent(String value)
      throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.client()) {
      List<OutgoingRequest> hostile =
          List.of(
              message(Map.of("x-a", value)),
              message(Map.of(value, "x")),
              new OutgoingRequest("m", value, Map.of(), new byte[0]));
      for (OutgoingRequest request : hostile) {
        DeliveryException failure =
            failure(
                WebhookFixture.await(
                    client
                        .deliver(to(receiver.url()).build(), request, Optional.empty())
                        .toCompletableFuture()));

        assertThat(failure.kind()).isEqualTo(FailureKind.INVALID);
        assertThat(failure.isRetryable()).isFalse();
        assertThat(failure.getMessage()).doesNotContain(value);
      }
      assertThat(receiver.connections()).isZero();
    }
  }

  @Test
  void header_that_is_not_ascii_arrives_as_its_utf_8_bytes() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.client()) {
      WebhookFixture.await(
          client
              .deliver(
                  to(receiver.url()).build(),
                  message(Map.of("x-name", "Grüße, 世界 🚀")),
                  Optional.empty())
              .toCompletableFuture());

      String arrived = receiver.next().header("x-name");
      assertThat(new String(arrived.getBytes(ISO_8859_1), UTF_8)).isEqualTo("Grüße, 世界 🚀");
    }
  }

  @Test
  void reference_library_accepts_what_was_sent() throws Exception {
    byte[] body = "{\"name\":\"Grüße\"}\r\n".getBytes(UTF_8);
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = WebhookClient.builder(fixture.vertx(), Clock.systemUTC()).build()) {
      WebhookFixture.await(
          client
              .deliver(
                  to(receiver.url()).build(),
                  new OutgoingRequest("order.7", "application/json", Map.of(), body),
                  Optional.empty())
              .toCompletableFuture());

      Receiver.Request request = receiver.next();
      HttpHeaders headers =
          HttpHeaders.of(
              request.headers().entrySet().stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue()))),
              (name, value) -> true);
      String payload = new String(request.body().getBytes(ISO_8859_1), UTF_8);
      assertThat(request.headers()).containsEntry("webhook-id", "order%2E7");
      // Throws when the signature, the time or a header is wrong.
      new Webhook(WebhookFixture.SECRET).verify(payload, headers);
    }
  }

  @Test
  void any_bytes_arrive_as_they_were_and_an_empty_body_says_so() throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.client()) {
      for (byte[] body : List.of(bytes, new byte[0])) {
        WebhookFixture.await(
            client
                .deliver(
                    to(receiver.url()).build(),
                    new OutgoingRequest("m", "application/octet-stream", Map.of(), body),
                    Optional.empty())
                .toCompletableFuture());

        Receiver.Request request = receiver.next();
        assertThat(request.body().getBytes(ISO_8859_1)).isEqualTo(body);
        assertThat(request.headers())
            .containsEntry("content-length", Integer.toString(body.length));
      }
    }
  }

  @Test
  void id_stays_and_timestamp_and_signature_are_fresh_at_every_attempt() throws Exception {
    MovingClock clock = new MovingClock();
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = WebhookClient.builder(fixture.vertx(), clock).build()) {
      Destination destination = to(receiver.url()).build();
      deliver(client, destination);
      Receiver.Request first = receiver.next();
      clock.now = clock.now.plus(Duration.ofSeconds(61));
      deliver(client, destination);
      Receiver.Request second = receiver.next();

      assertThat(second.header("webhook-id")).isEqualTo(first.header("webhook-id"));
      assertThat(Long.parseLong(second.header("webhook-timestamp")))
          .isEqualTo(Long.parseLong(first.header("webhook-timestamp")) + 61);
      assertThat(second.header("webhook-signature"))
          .isNotEqualTo(first.header("webhook-signature"));
    }
  }

  @Test
  void rotation_sends_a_signature_of_each_secret_and_no_secret_sends_none() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.client()) {
      deliver(client, to(receiver.url()).secret("whsec_" + "A".repeat(32)).build());
      deliver(client, Destination.to(receiver.url()).allowPrivate(true).build());

      assertThat(receiver.next().header("webhook-signature")).matches("v1,\\S{44} v1,\\S{44}");
      assertThat(receiver.next().headers())
          .containsKeys("webhook-id", "webhook-timestamp")
          .doesNotContainKey("webhook-signature");
    }
  }

  private static final class MovingClock extends Clock {
    private volatile Instant now = WebhookFixture.NOW;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }
  }
}
