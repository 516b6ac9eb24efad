// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static dev.redrive.server.webhook.WebhookFixture.await;
import static dev.redrive.server.webhook.WebhookFixture.deliver;
import static dev.redrive.server.webhook.WebhookFixture.failure;
import static dev.redrive.server.webhook.WebhookFixture.start;
import static dev.redrive.server.webhook.WebhookFixture.to;
import static dev.redrive.server.webhook.WebhookFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** That connections are kept, bounded and given up, and that nothing is left behind. */
class WebhookPoolTest {
  private static final Outcome OK = new Outcome.Delivered(200);

  @RegisterExtension final WebhookFixture fixture = new WebhookFixture();

  private final CountDownLatch released = new CountDownLatch(1);

  @Test
  void connections_are_kept_and_never_more_than_allowed() throws Exception {
    AtomicInteger open = new AtomicInteger();
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = client(WebhookLimits.defaults().withConnectionsPerHost(3))) {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        outcomes.add(start(client, to(receiver.url()).build()));
        open.accumulateAndGet(client.openConnections(), Math::max);
      }

      assertThat(outcomes).allSatisfy(outcome -> assertThat(await(outcome)).isEqualTo(OK));
      assertThat(receiver.connections()).isBetween(1, 3);
      assertThat(open).hasValueLessThanOrEqualTo(3);
      assertThat(client.inFlight()).isZero();
    }
  }

  @Test
  void thousands_of_deliveries_wait_at_once_without_a_thread_each() throws Exception {
    int count = 2_000;
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  Receiver.await(released);
                  while (line.read()) {
                    line.write(Receiver.OK);
                  }
                });
        WebhookClient client = client(WebhookLimits.defaults().withConnectionsPerHost(50))) {
      long threads = clientThreads();
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        outcomes.add(start(client, to(receiver.url()).timeout(Duration.ofMinutes(5)).build()));
      }
      assertThat(client.inFlight()).isEqualTo(count);
      assertThat(clientThreads()).isLessThan(threads + 20);

      released.countDown();

      assertThat(outcomes).allSatisfy(outcome -> assertThat(await(outcome)).isEqualTo(OK));
      assertThat(receiver.connections()).isLessThanOrEqualTo(50);
    }
  }

  @Test
  void delivery_that_never_got_a_connection_blames_nobody() throws Exception {
    try (Receiver receiver = Receiver.scripted(line -> Receiver.await(released));
        WebhookClient client = client(WebhookLimits.defaults().withConnectionsPerHost(1))) {
      CompletableFuture<Outcome> first =
          start(client, to(receiver.url()).timeout(Duration.ofMinutes(5)).build());
      until(() -> receiver.connections() == 1);

      DeliveryException failure =
          failure(deliver(client, to(receiver.url()).timeout(Duration.ofMillis(100)).build()));

      assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED);
      assertThat(failure.isLocal()).isTrue();
      assertThat(first).isNotDone();
      assertThat(receiver.connections()).isEqualTo(1);
    }
  }

  @Test
  void more_deliveries_than_allowed_are_refused_at_once() throws Exception {
    try (Receiver receiver = Receiver.scripted(line -> Receiver.await(released));
        WebhookClient client = client(WebhookLimits.defaults().withInFlight(2))) {
      Destination patient = to(receiver.url()).timeout(Duration.ofMinutes(5)).build();
      List<CompletableFuture<Outcome>> running =
          List.of(start(client, patient), start(client, patient));

      CompletableFuture<Outcome> third = start(client, patient);

      assertThat(third).isDone();
      assertThat(failure(await(third)).kind()).isEqualTo(FailureKind.OVERLOADED);
      assertThat(client.inFlight()).isEqualTo(2);
      assertThat(running).noneMatch(CompletableFuture::isDone);
    }
  }

  @Test
  void receivers_do_not_wait_for_one_another() throws Exception {
    try (Receiver stuck = Receiver.scripted(line -> Receiver.await(released));
        Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = client(WebhookLimits.defaults().withConnectionsPerHost(2))) {
      List<CompletableFuture<Outcome>> held = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        held.add(start(client, to(stuck.url()).timeout(Duration.ofMinutes(5)).build()));
      }

      assertThat(deliver(client, to(receiver.url()).build())).isEqualTo(OK);
      assertThat(held).noneMatch(CompletableFuture::isDone);
    }
  }

  @Test
  void connection_that_went_stale_costs_no_attempt() throws Exception {
    // Every connection serves one request, keeps quiet about closing, and closes when the next one
    // arrives.
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  line.write(Receiver.OK);
                  line.readHead();
                });
        WebhookClient client = fixture.client()) {
      Destination destination = to(receiver.url()).build();
      assertThat(deliver(client, destination)).isEqualTo(OK);

      assertThat(deliver(client, destination)).isEqualTo(OK);

      Receiver.Request first = receiver.next();
      Receiver.Request second = receiver.next();
      assertThat(second.connection()).isEqualTo(2);
      assertThat(second.header("webhook-id")).isEqualTo(first.header("webhook-id"));
    }
  }

  @Test
  void request_is_repeated_once_at_most() throws Exception {
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  line.read();
                  if (line.number() == 1) {
                    line.write(Receiver.OK);
                    line.read();
                  }
                });
        WebhookClient client = fixture.client()) {
      Destination destination = to(receiver.url()).build();
      assertThat(deliver(client, destination)).isEqualTo(OK);

      assertThat(failure(deliver(client, destination)).kind()).isEqualTo(FailureKind.DISCONNECTED);
      assertThat(receiver.connections()).isEqualTo(2);
    }
  }

  @Test
  void idle_connection_is_closed_after_four_seconds() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (Receiver receiver =
            Receiver.scripted(
                line -> {
                  while (line.read()) {
                    line.write(Receiver.OK);
                  }
                  closed.countDown();
                });
        WebhookClient client = fixture.client()) {
      assertThat(deliver(client, to(receiver.url()).build())).isEqualTo(OK);

      for (int tick = 0; tick < ConnectionPool.IDLE_TICKS_MAX; tick++) {
        client.tick();
      }

      Receiver.await(closed);
      assertThat(client.openConnections()).isZero();
    }
  }

  @Test
  void busy_connection_is_replaced_after_a_minute() throws Exception {
    try (Receiver receiver = Receiver.answering(Receiver.OK);
        WebhookClient client = fixture.client()) {
      Set<Integer> connections = new HashSet<>();
      for (int tick = 0; tick <= ConnectionPool.AGE_TICKS_MAX; tick++) {
        assertThat(deliver(client, to(receiver.url()).build())).isEqualTo(OK);
        connections.add(receiver.next().connection());
        client.tick();
      }

      // More than these where the machine is so busy that a connection falls idle meanwhile.
      assertThat(connections).contains(1, 2);
    }
  }

  @Test
  void closing_ends_what_runs_and_what_waits_and_may_be_said_twice() throws Exception {
    try (Receiver receiver = Receiver.scripted(line -> Receiver.await(released))) {
      WebhookClient client = client(WebhookLimits.defaults().withConnectionsPerHost(1));
      Destination patient = to(receiver.url()).timeout(Duration.ofMinutes(5)).build();
      CompletableFuture<Outcome> running = start(client, patient);
      CompletableFuture<Outcome> waiting = start(client, patient);
      until(() -> receiver.connections() == 1);

      client.close();
      client.close();

      assertThat(failure(await(waiting)).kind()).isEqualTo(FailureKind.CLOSED);
      assertThat(failure(await(running)).kind()).isEqualTo(FailureKind.CLOSED);
      assertThat(failure(deliver(client, patient)).kind()).isEqualTo(FailureKind.CLOSED);
      assertThat(client.inFlight()).isZero();
    }
  }

  private WebhookClient client(WebhookLimits limits) {
    return fixture.builder().limits(limits).build();
  }

  private static long clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("vert.x"))
        .count();
  }
}
