// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static dev.redrive.server.webhook.WebhookFixture.deliver;
import static dev.redrive.server.webhook.WebhookFixture.failure;
import static dev.redrive.server.webhook.WebhookFixture.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.Api;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That a receiver must prove who it is (S10). */
class WebhookTlsTest {
  @RegisterExtension final WebhookFixture fixture = new WebhookFixture();

  private final TestCertificates certificates = TestCertificates.shared();
  private final LinkedBlockingQueue<String> serverNames = new LinkedBlockingQueue<>();

  @Test
  void pinned_authority_is_trusted_and_tls_speaks_of_the_name_not_the_address() throws Exception {
    try (Receiver receiver = receiver("good", "TLSv1.3");
        WebhookClient client = client()) {
      assertThat(deliver(client, pinned(receiver))).isEqualTo(new Outcome.Delivered(200));
      assertThat(deliver(client, pinned(receiver))).isEqualTo(new Outcome.Delivered(200));

      assertThat(serverNames.poll(Api.BOUND.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo("hook.example");
      assertThat(receiver.connections()).isEqualTo(1);
      assertThat(receiver.next().headers())
          .containsEntry("host", "hook.example:" + receiver.port());
    }
  }

  @Test
  void tls_1_2_is_enough() throws Exception {
    try (Receiver receiver = receiver("good", "TLSv1.2");
        WebhookClient client = client()) {
      assertThat(deliver(client, pinned(receiver))).isEqualTo(new Outcome.Delivered(200));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "expired, expired",
    "early, not valid yet",
    "other-name, hook.example",
    "by-address, hook.example",
    "self-signed, certification path",
  })
  void certificate_that_proves_nothing_is_refused(String alias, String why) throws Exception {
    try (Receiver receiver = receiver(alias, "TLSv1.3");
        WebhookClient client = client()) {
      DeliveryException failure = failure(deliver(client, pinned(receiver)));

      assertThat(failure.kind()).isEqualTo(FailureKind.TLS);
      assertThat(failure).hasMessageContaining(why).hasNoCause();
      assertThat(failure.getMessage()).doesNotContain("127.0.0.1");
      assertThat(receiver.unseen()).isZero();
    }
  }

  @Test
  void authority_that_is_neither_pinned_nor_known_to_java_is_refused() throws Exception {
    try (Receiver receiver = receiver("good", "TLSv1.3");
        WebhookClient client = client()) {
      Destination unpinned = to("https://hook.example:" + receiver.port() + "/").build();

      assertThat(deliver(client, pinned(receiver))).isEqualTo(new Outcome.Delivered(200));
      // The connection that the pin opened is not shared with who did not pin.
      assertThat(failure(deliver(client, unpinned)).kind()).isEqualTo(FailureKind.TLS);
    }
  }

  @Test
  void address_in_place_of_a_name_is_held_against_the_certificate_too() throws Exception {
    try (Receiver named = receiver("good", "TLSv1.3");
        Receiver addressed = receiver("by-address", "TLSv1.3");
        WebhookClient client = client()) {
      assertThat(failure(deliver(client, pinned("127.0.0.1", named))).kind())
          .isEqualTo(FailureKind.TLS);
      assertThat(deliver(client, pinned("127.0.0.1", addressed)))
          .isEqualTo(new Outcome.Delivered(200));
    }
  }

  @Test
  void receiver_that_offers_only_tls_1_1_is_refused() throws Exception {
    try (Receiver receiver = receiver("good", "TLSv1.1");
        WebhookClient client = client()) {
      assertThat(failure(deliver(client, pinned(receiver))).kind()).isEqualTo(FailureKind.TLS);
    }
  }

  @Test
  void receiver_that_speaks_no_tls_is_refused() throws Exception {
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.write("HTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n");
                  // Closed by the other side: a reset might come before it has read this.
                  line.awaitClose();
                });
        WebhookClient client = client()) {
      assertThat(failure(deliver(client, pinned(receiver))).kind()).isEqualTo(FailureKind.TLS);
    }
  }

  private WebhookClient client() {
    return fixture
        .builder()
        .resolver(
            host ->
                CompletableFuture.completedFuture(
                    List.of(AddressLiteral.parse("127.0.0.1").orElseThrow())))
        .build();
  }

  private Receiver receiver(String alias, String version) throws Exception {
    return Receiver.tls(
        certificates.context(alias),
        List.of(version),
        line -> {
          while (line.read()) {
            serverNames.add(line.serverName());
            line.write(Receiver.OK);
          }
        });
  }

  private Destination pinned(Receiver receiver) {
    return pinned("hook.example", receiver);
  }

  private Destination pinned(String host, Receiver receiver) {
    return to("https://" + host + ":" + receiver.port() + "/")
        .authority(certificates.authority())
        .build();
  }
}
