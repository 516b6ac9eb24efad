// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static dev.redrive.server.webhook.WebhookFixture.deliver;
import static dev.redrive.server.webhook.WebhookFixture.failure;
import static dev.redrive.server.webhook.WebhookFixture.to;
import static dev.redrive.server.webhook.WebhookFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That no request leaves for an address that was not checked (S3, S4, S5, S8, S9, S18). */
class WebhookGuardTest {
  @RegisterExtension final WebhookFixture fixture = new WebhookFixture();

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "hook.example"})
  void private_address_is_refused_and_nothing_is_sent(String host) throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.builder().resolver(answering("127.0.0.1")).build()) {
      DeliveryException failure =
          failure(
              deliver(
                  client, Destination.to("http://" + host + ":" + receiver.port() + "/").build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.NOT_ALLOWED);
      assertThat(receiver.connections()).isZero();
    }
  }

  @Test
  void address_in_place_of_a_name_is_never_looked_up() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.builder().resolver(answering("8.8.8.8")).build()) {
      assertThat(deliver(client, to(receiver.url()).build())).isEqualTo(new Outcome.Delivered(200));
      assertThat(asked).isEmpty();
    }
  }

  @Test
  void name_that_leads_elsewhere_at_a_second_look_is_looked_up_once() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client =
            fixture
                .builder()
                .policy(AddressPolicy.builder().allow("127.0.0.1").build())
                .resolver(answering("127.0.0.1", "127.0.0.2"))
                .build()) {
      Destination destination = named(receiver);

      assertThat(deliver(client, destination)).isEqualTo(new Outcome.Delivered(200));
      assertThat(deliver(client, destination)).isEqualTo(new Outcome.Delivered(200));

      // Both went over the connection to the address that was checked; nobody asked again.
      assertThat(asked).containsExactly("hook.example");
      assertThat(receiver.connections()).isEqualTo(1);
      assertThat(receiver.next().headers())
          .containsEntry("host", "hook.example:" + receiver.port());
    }
  }

  @Test
  void every_new_connection_looks_up_and_checks_anew() throws Exception {
    String closing = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    try (Receiver receiver = Receiver.answering(closing);
        WebhookClient client =
            fixture
                .builder()
                .policy(AddressPolicy.builder().allow("127.0.0.1").build())
                .resolver(answering("127.0.0.1", "127.0.0.2"))
                .build()) {
      Destination destination = named(receiver);

      assertThat(deliver(client, destination)).isEqualTo(new Outcome.Delivered(200));
      until(() -> client.openConnections() == 0);
      DeliveryException failure = failure(deliver(client, destination));

      assertThat(failure.kind()).isEqualTo(FailureKind.NOT_ALLOWED);
      assertThat(receiver.connections()).isEqualTo(1);
      assertThat(asked).hasSize(2);
    }
  }

  @Test
  void one_private_address_among_several_refuses_the_name() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client =
            fixture
                .builder()
                .policy(AddressPolicy.builder().allow("127.0.0.1").build())
                .resolver(host -> CompletableFuture.completedFuture(ips("127.0.0.1", "::1")))
                .build()) {
      DeliveryException failure = failure(deliver(client, named(receiver)));

      assertThat(failure.kind()).isEqualTo(FailureKind.NOT_ALLOWED);
      assertThat(receiver.connections()).isZero();
    }
  }

  @Test
  void next_address_is_tried_where_one_accepts_no_connection() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client =
            fixture
                .builder()
                .resolver(host -> CompletableFuture.completedFuture(ips("127.0.0.2", "127.0.0.1")))
                .build()) {
      Destination destination = to("http://hook.example:" + receiver.port()).build();

      assertThat(deliver(client, destination)).isEqualTo(new Outcome.Delivered(200));
    }
  }

  @Test
  void open_connection_is_not_used_once_the_policy_forbids_its_address() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client =
            fixture.builder().policy(AddressPolicy.builder().allow("127.0.0.1").build()).build()) {
      Destination destination = Destination.to(receiver.url()).build();
      assertThat(deliver(client, destination)).isEqualTo(new Outcome.Delivered(200));
      assertThat(client.openConnections()).isEqualTo(1);

      client.policy(AddressPolicy.builder().build());

      assertThat(failure(deliver(client, destination)).kind()).isEqualTo(FailureKind.NOT_ALLOWED);
      assertThat(receiver.next().connection()).isEqualTo(1);
      assertThat(receiver.unseen()).isZero();
    }
  }

  @Test
  void connection_opened_under_an_older_policy_is_closed_and_a_new_one_is_checked()
      throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client =
            fixture
                .builder()
                .policy(AddressPolicy.builder().allow("127.0.0.1").build())
                .resolver(answering("127.0.0.1"))
                .build()) {
      assertThat(deliver(client, named(receiver))).isEqualTo(new Outcome.Delivered(200));

      client.policy(AddressPolicy.builder().build());

      assertThat(failure(deliver(client, named(receiver))).kind())
          .isEqualTo(FailureKind.NOT_ALLOWED);
      assertThat(receiver.unseen()).isEqualTo(1);
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void connection_of_a_destination_that_may_go_private_serves_no_other() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.builder().resolver(answering("127.0.0.1")).build()) {
      String url = "http://hook.example:" + receiver.port() + "/";
      assertThat(deliver(client, to(url).build())).isEqualTo(new Outcome.Delivered(200));

      DeliveryException failure = failure(deliver(client, Destination.to(url).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.NOT_ALLOWED);
      assertThat(receiver.unseen()).isEqualTo(1);
    }
  }

  @Test
  void own_listener_is_refused_by_address_and_by_any_name_that_leads_there() throws Exception {
    try (Receiver self = Receiver.answering(Receiver.OK);
        WebhookClient client =
            fixture
                .builder()
                .policy(
                    AddressPolicy.builder()
                        .ownListener(new InetSocketAddress(self.port()))
                        .ownName("redrive.example", 443)
                        .build())
                .resolver(answering("127.0.0.1"))
                .build()) {
      for (String url :
          List.of(
              self.url(),
              "http://localhost:" + self.port(),
              "http://public.example:" + self.port(),
              "https://redrive.example/v1/queues/a/messages")) {
        assertThat(failure(deliver(client, to(url).build())).kind())
            .as(url)
            .isEqualTo(FailureKind.NOT_ALLOWED);
      }
      assertThat(self.connections()).isZero();
    }
  }

  @Test
  void tenant_is_told_the_same_whatever_kept_the_request_from_leaving() throws Exception {
    NameResolver resolver =
        host ->
            switch (host) {
              case "unknown.example" ->
                  CompletableFuture.failedFuture(
                      new CompletionException("NXDOMAIN 10.0.0.53", null));
              case "silent.example" -> new CompletableFuture<>();
              case "empty.example" -> CompletableFuture.completedFuture(List.of());
              case "broken.example" ->
                  throw new IllegalStateException("resolver at 10.0.0.53 broke");
              default -> CompletableFuture.completedFuture(ips("10.0.0.7"));
            };
    WebhookLimits limits =
        WebhookLimits.defaults()
            .withConnect(java.time.Duration.ofMillis(100), java.time.Duration.ofMillis(100));
    try (WebhookClient client = fixture.builder().limits(limits).resolver(resolver).build()) {
      for (String host :
          List.of(
              "10.0.0.7",
              "internal.example",
              "unknown.example",
              "silent.example",
              "empty.example",
              "broken.example",
              "169.254.169.254",
              "public.example:22")) {
        DeliveryException failure =
            failure(deliver(client, Destination.to("http://" + host + "/").build()));

        assertThat(failure.kind()).as(host).isEqualTo(FailureKind.NOT_ALLOWED);
        assertThat(failure).as(host).hasMessage(DestinationNotAllowedException.TEXT).hasNoCause();
        assertThat(failure.isRetryable()).as(host).isTrue();
        assertThat(failure.toString()).doesNotContain("10.0.0");
      }
    }
  }

  @Test
  void connection_refused_names_no_address_either() throws Exception {
    try (Socket taken = new Socket();
        WebhookClient client = fixture.builder().resolver(answering("127.0.0.1")).build()) {
      // Taken, so that nobody else listens there either.
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      DeliveryException failure =
          failure(deliver(client, to("http://hook.example:" + taken.getLocalPort() + "/").build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.CONNECT);
      assertThat(failure).hasMessage("the receiver accepted no connection").hasNoCause();
      until(() -> client.openConnections() == 0);
    }
  }

  @Test
  void proxy_of_the_system_is_ignored() throws Exception {
    try (Receiver proxy = Receiver.answering(Receiver.OK);
        Receiver receiver = Receiver.answering(Receiver.OK)) {
      List<String> names = List.of("http.proxy", "https.proxy", "socksProxy");
      for (String name : names) {
        System.setProperty(name + "Host", "127.0.0.1");
        System.setProperty(name + "Port", Integer.toString(proxy.port()));
      }
      System.setProperty("http.nonProxyHosts", "");
      try (WebhookClient client = fixture.builder().resolver(answering("127.0.0.1")).build()) {
        Destination destination = to("http://hook.example:" + receiver.port()).build();
        assertThat(deliver(client, destination)).isEqualTo(new Outcome.Delivered(200));
      } finally {
        names.forEach(name -> System.clearProperty(name + "Host"));
        names.forEach(name -> System.clearProperty(name + "Port"));
        System.clearProperty("http.nonProxyHosts");
      }
      assertThat(proxy.connections()).isZero();
      assertThat(receiver.next().requestLine()).isEqualTo("POST / HTTP/1.1");
    }
  }

  @Test
  void name_of_this_machine_is_found_by_the_resolver_of_the_server() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.client()) {
      Destination destination = to("http://localhost:" + receiver.port()).build();

      assertThat(deliver(client, destination)).isEqualTo(new Outcome.Delivered(200));
    }
  }

  private static Destination named(Receiver receiver) {
    return Destination.to("http://hook.example:" + receiver.port() + "/").build();
  }

  /** Answers each question with the next of these addresses, and from then on with the last. */
  private NameResolver answering(String... addresses) {
    return host -> {
      asked.add(host);
      int index = Math.min(asked.size(), addresses.length) - 1;
      return CompletableFuture.completedFuture(ips(addresses[index]));
    };
  }

  private static List<InetAddress> ips(String... addresses) {
    List<InetAddress> found = new ArrayList<>();
    for (String address : addresses) {
      found.add(AddressLiteral.parse(address).orElseThrow());
    }
    return found;
  }
}
