// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static dev.redrive.server.webhook.WebhookFixture.to;
import static dev.redrive.server.webhook.WebhookFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.Api;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The pool alone, with nobody to count its seconds but the test. */
class ConnectionPoolTest {
  @RegisterExtension final WebhookFixture fixture = new WebhookFixture();

  private final CountDownLatch released = new CountDownLatch(1);

  @Test
  void connection_that_the_receiver_closes_is_forgotten_at_once() throws Exception {
    try (Receiver receiver = Receiver.scripted(line -> Receiver.await(released))) {
      ConnectionPool pool = pool();
      Destination destination = to(receiver.url()).build();
      Connection connection = acquire(pool, destination, false);
      pool.release(destination, connection, true);
      assertThat(pool.openConnections()).isEqualTo(1);

      released.countDown();

      until(() -> pool.openConnections() == 0);
    }
  }

  @Test
  void connection_that_the_receiver_closes_in_use_is_not_taken_back() throws Exception {
    try (Receiver receiver = Receiver.scripted(line -> Receiver.await(released))) {
      ConnectionPool pool = pool();
      Destination destination = to(receiver.url()).build();
      Connection connection = acquire(pool, destination, false);

      released.countDown();
      until(() -> pool.openConnections() == 0);
      pool.release(destination, connection, true);

      assertThat(pool.openConnections()).isZero();
    }
  }

  @Test
  void connection_given_back_after_a_minute_is_closed() throws Exception {
    try (Receiver receiver = Receiver.scripted(Receiver.Line::awaitClose)) {
      ConnectionPool pool = pool();
      Destination destination = to(receiver.url()).build();
      Connection connection = acquire(pool, destination, false);
      for (int tick = 0; tick < ConnectionPool.AGE_TICKS_MAX; tick++) {
        pool.tick();
      }
      assertThat(pool.openConnections()).isEqualTo(1);

      pool.release(destination, connection, true);

      assertThat(pool.openConnections()).isZero();
    }
  }

  @Test
  void newest_idle_connection_is_taken_first_so_that_the_others_can_go() throws Exception {
    try (Receiver receiver = Receiver.scripted(Receiver.Line::awaitClose)) {
      ConnectionPool pool = pool();
      Destination destination = to(receiver.url()).build();
      Connection first = acquire(pool, destination, false);
      Connection second = acquire(pool, destination, false);
      pool.release(destination, first, true);
      pool.release(destination, second, true);

      for (int tick = 0; tick < ConnectionPool.IDLE_TICKS_MAX; tick++) {
        Connection taken = acquire(pool, destination, false);
        assertThat(taken).isSameAs(second);
        pool.release(destination, taken, true);
        pool.tick();
      }

      assertThat(pool.openConnections()).isEqualTo(1);
    }
  }

  @Test
  void who_wants_a_fresh_connection_of_a_full_host_makes_an_idle_one_go() throws Exception {
    try (Receiver receiver = Receiver.scripted(Receiver.Line::awaitClose)) {
      ConnectionPool pool = pool();
      Destination destination = to(receiver.url()).build();
      Connection first = acquire(pool, destination, false);
      Connection second = acquire(pool, destination, false);
      pool.release(destination, first, true);

      Connection third = acquire(pool, destination, true);

      assertThat(third).isNotSameAs(first).isNotSameAs(second);
      assertThat(third.reused).isFalse();
      assertThat(pool.openConnections()).isEqualTo(2);
    }
  }

  @Test
  void endpoint_that_nobody_uses_is_forgotten() throws Exception {
    try (Receiver receiver = Receiver.scripted(Receiver.Line::awaitClose)) {
      ConnectionPool pool = pool();
      Destination destination = to(receiver.url()).build();
      Connection connection = acquire(pool, destination, false);
      pool.tick();
      assertThat(pool.endpoints()).isEqualTo(1);

      pool.release(destination, connection, false);
      pool.tick();

      assertThat(pool.endpoints()).isZero();
    }
  }

  private ConnectionPool pool() {
    AddressPolicy policy = AddressPolicy.builder().build();
    Connector connector =
        new Connector(
            (VertxInternal) fixture.vertx(),
            fixture.vertx().createHttpClient(),
            host -> CompletableFuture.failedFuture(new AssertionError("looked up " + host)),
            () -> policy,
            WebhookLimits.defaults());
    return new ConnectionPool(connector::connect, () -> policy, 2);
  }

  private static Connection acquire(ConnectionPool pool, Destination destination, boolean fresh)
      throws Exception {
    CompletableFuture<Connection> found = new CompletableFuture<>();
    pool.acquire(
        new ConnectionWaiter() {
          @Override
          public Destination destination() {
            return destination;
          }

          @Override
          public void connected(Connection connection) {
            found.complete(connection);
          }

          @Override
          public void failed(Throwable cause) {
            found.completeExceptionally(cause);
          }
        },
        fresh);
    return found.get(Api.BOUND.toSeconds(), TimeUnit.SECONDS);
  }
}
