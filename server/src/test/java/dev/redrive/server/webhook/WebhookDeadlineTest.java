// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static dev.redrive.server.webhook.WebhookFixture.deliver;
import static dev.redrive.server.webhook.WebhookFixture.failure;
import static dev.redrive.server.webhook.WebhookFixture.message;
import static dev.redrive.server.webhook.WebhookFixture.to;
import static dev.redrive.server.webhook.WebhookFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** That every delivery ends in time, whatever the receiver does (S11). */
class WebhookDeadlineTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  /** Long enough for the head of an answer to be there first, also on a busy machine. */
  private static final Duration AMPLE = Duration.ofSeconds(8);

  private static final Duration LONG = Duration.ofMinutes(10);

  @RegisterExtension final WebhookFixture fixture = new WebhookFixture();

  private final CountDownLatch released = new CountDownLatch(1);

  @Test
  void receiver_that_never_answers_is_given_up() throws Exception {
    try (Receiver receiver = silent();
        WebhookClient client = fixture.client()) {
      DeliveryException failure =
          failure(deliver(client, to(receiver.url()).timeout(SHORT).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
      assertThat(failure.isRetryable()).isTrue();
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void first_byte_has_its_own_limit() throws Exception {
    try (Receiver receiver = silent();
        WebhookClient client =
            fixture.builder().limits(WebhookLimits.defaults().withFirstByte(SHORT)).build()) {
      DeliveryException failure =
          failure(deliver(client, to(receiver.url()).timeout(LONG).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
    }
  }

  @Test
  void remaining_time_of_the_message_shortens_the_timeout() throws Exception {
    try (Receiver receiver = silent();
        WebhookClient client = fixture.client()) {
      Destination patient = to(receiver.url()).timeout(LONG).build();

      Outcome outcome =
          WebhookFixture.await(
              client.deliver(patient, message(), Optional.of(SHORT)).toCompletableFuture());

      assertThat(failure(outcome).kind()).isEqualTo(FailureKind.TIMEOUT);
    }
  }

  @Test
  void message_whose_deadline_has_passed_is_not_sent() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.client()) {
      for (Duration left : List.of(Duration.ZERO, Duration.ofSeconds(-5))) {
        Outcome outcome =
            WebhookFixture.await(
                client
                    .deliver(to(receiver.url()).build(), message(), Optional.of(left))
                    .toCompletableFuture());

        assertThat(failure(outcome).kind()).isEqualTo(FailureKind.EXPIRED);
        assertThat(failure(outcome).isRetryable()).isFalse();
      }
      assertThat(receiver.connections()).isZero();
    }
  }

  @Test
  void head_that_drips_byte_by_byte_is_ended_by_the_total_deadline() throws Exception {
    try (Receiver receiver = dripping("", "HTTP/1.1 200 OK\r\nx: " + "y".repeat(10_000));
        WebhookClient client = fixture.client()) {
      DeliveryException failure =
          failure(deliver(client, to(receiver.url()).timeout(SHORT).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void body_that_drips_byte_by_byte_is_ended_and_the_status_kept() throws Exception {
    try (Receiver receiver =
            dripping("HTTP/1.1 503 No\r\ncontent-length: 10000\r\n\r\n", "z".repeat(10_000));
        WebhookClient client =
            fixture
                .builder()
                .limits(WebhookLimits.defaults().withFirstByte(AMPLE.dividedBy(2)))
                .build()) {
      DeliveryException failure =
          failure(deliver(client, to(receiver.url()).timeout(AMPLE).build()));

      assertThat(failure.status()).hasValue(503);
      assertThat(failure.excerpt()).matches("z*");
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void body_that_drips_behind_a_2xx_holds_nobody_up_and_the_connection_is_closed_in_time()
      throws Exception {
    try (Receiver receiver =
            dripping("HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n", "z".repeat(10_000));
        WebhookClient client = fixture.client()) {
      assertThat(deliver(client, to(receiver.url()).timeout(AMPLE).build()))
          .isEqualTo(new Outcome.Delivered(200));
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void handshake_that_is_never_answered_is_given_up() throws Exception {
    WebhookLimits limits = WebhookLimits.defaults().withConnect(LONG.dividedBy(10), SHORT);
    try (Receiver receiver = silent();
        WebhookClient client = fixture.builder().limits(limits).build()) {
      Destination destination =
          to("https://127.0.0.1:" + receiver.port() + "/").timeout(LONG).build();

      assertThat(failure(deliver(client, destination)).kind()).isEqualTo(FailureKind.TLS);
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void host_that_accepts_no_connection_is_given_up_by_the_connect_limit() throws Exception {
    WebhookLimits limits = WebhookLimits.defaults().withConnect(SHORT, SHORT);
    try (FullBacklog full = new FullBacklog();
        WebhookClient client = fixture.builder().limits(limits).build()) {
      Destination destination = to("http://127.0.0.1:" + full.port() + "/").timeout(LONG).build();

      assertThat(failure(deliver(client, destination)).kind()).isEqualTo(FailureKind.CONNECT);
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void deadline_ends_a_delivery_that_is_still_connecting() throws Exception {
    WebhookLimits limits = WebhookLimits.defaults().withConnect(Duration.ofSeconds(2), SHORT);
    try (FullBacklog full = new FullBacklog();
        WebhookClient client = fixture.builder().limits(limits).build()) {
      Destination destination = to("http://127.0.0.1:" + full.port() + "/").timeout(SHORT).build();

      assertThat(failure(deliver(client, destination)).kind()).isEqualTo(FailureKind.TIMEOUT);
      assertThat(client.inFlight()).isZero();
      until(() -> client.openConnections() == 0);
    }
  }

  private Receiver silent() {
    return Receiver.scripted(line -> Receiver.await(released));
  }

  private static Receiver dripping(String at, String drops) {
    return Receiver.scripted(
        line -> {
          line.read();
          line.write(at);
          for (int i = 0; i < drops.length(); i++) {
            line.write(drops.substring(i, i + 1));
            line.pause(5);
          }
        });
  }

  /**
   * A listener whose queue of waiting connections is full, so that the next one is not even
   * refused.
   */
  private static final class FullBacklog implements AutoCloseable {
    /** On this machine a connection that is taken at all is taken by the kernel at once. */
    private static final int CONNECT_MILLIS = 500;

    private final ServerSocket server;
    private final List<Socket> queued = new ArrayList<>();

    FullBacklog() throws IOException {
      server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      for (int i = 0; i < 4; i++) {
        Socket socket = new Socket();
        queued.add(socket);
        try {
          socket.connect(server.getLocalSocketAddress(), CONNECT_MILLIS);
        } catch (IOException e) {
          return; // Full, as wanted.
        }
      }
      throw new IOException("the backlog did not fill");
    }

    int port() {
      return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : queued) {
        socket.close();
      }
      server.close();
    }
  }
}
