// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Delivers messages to webhooks: signed as the Standard Webhooks specification says, only to
 * addresses that the {@link AddressPolicy} admits, never through a proxy or a redirect, and always
 * within the destination's timeout.
 *
 * <p>Safe for any thread; no method blocks, and no delivery holds a thread while it waits.
 */
public final class WebhookClient implements AutoCloseable {
  /** A head of an answer larger than this is no webhook's. */
  private static final int HEAD_BYTES_MAX = 16 * 1024;

  private static final long TICK_MILLIS = 1_000;

  private final Vertx vertx;
  private final HttpClientAgent http;
  private final WebhookLimits limits;
  private final ConnectionPool pool;
  private final Delivery.Shared shared;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final long tickTimer;
  private volatile AddressPolicy policy;

  WebhookClient(WebhookClientBuilder builder) {
    this.vertx = builder.vertx;
    this.limits = builder.limits;
    this.policy = builder.policy;
    this.http = vertx.createHttpClient(options(limits));
    Connector connector =
        new Connector((VertxInternal) vertx, http, builder.resolver, this::policy, limits);
    this.pool = new ConnectionPool(connector::connect, this::policy, limits.connectionsPerHost());
    this.shared = new Delivery.Shared(vertx, pool, builder.clock, limits);
    this.tickTimer = vertx.setPeriodic(TICK_MILLIS, timer -> tick());
  }

  /** Starts a client on this Vert.x instance, which it does not close. */
  public static WebhookClientBuilder builder(Vertx vertx, Clock clock) {
    return new WebhookClientBuilder(vertx, clock);
  }

  /**
   * Delivers a message once. The stage is never completed exceptionally; it is completed on an
   * event loop, so what follows must not block there.
   *
   * @param remaining the time until the message's own deadline, if it has one; shortens the
   *     destination's timeout
   */
  public CompletionStage<Outcome> deliver(
      Destination destination, OutgoingRequest request, Optional<Duration> remaining) {
    Duration budget =
        remaining
            .filter(left -> left.compareTo(destination.timeout()) < 0)
            .orElse(destination.timeout());
    if (budget.isNegative() || budget.isZero()) {
      return failed(FailureKind.EXPIRED, "the message's deadline has passed");
    }
    RequestHead head;
    try {
      policy.check(destination.url(), destination.allowPrivate());
      head = RequestHead.of(destination, request);
    } catch (DestinationNotAllowedException e) {
      return failed(Failures.connecting(destination.url(), e));
    } catch (IllegalArgumentException e) {
      return failed(FailureKind.INVALID, String.valueOf(e.getMessage()));
    }
    if (inFlight.incrementAndGet() > limits.inFlight()) {
      inFlight.decrementAndGet();
      return failed(FailureKind.OVERLOADED, "too many deliveries were under way at once");
    }
    Delivery delivery = new Delivery(shared, destination, head, Math.max(1, budget.toMillis()));
    return delivery.start().whenComplete((outcome, never) -> inFlight.decrementAndGet());
  }

  /** Where webhooks may go. */
  public AddressPolicy policy() {
    return policy;
  }

  /**
   * Changes where webhooks may go; holds for every delivery that gets its connection from now on.
   */
  public void policy(AddressPolicy changed) {
    policy = changed;
  }

  /** Deliveries that have no outcome yet. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Connections that are open or being opened. */
  public int openConnections() {
    return pool.openConnections();
  }

  /** Ends every delivery under way as closed, and closes all connections. May be called again. */
  @Override
  public void close() {
    vertx.cancelTimer(tickTimer);
    pool.close();
    http.close();
  }

  /** Counts a second of the connections' age. */
  void tick() {
    pool.tick();
  }

  private static CompletionStage<Outcome> failed(FailureKind kind, String message) {
    return failed(new DeliveryException(kind, message));
  }

  private static CompletionStage<Outcome> failed(DeliveryException failure) {
    return CompletableFuture.completedFuture(new Outcome.Failed(failure));
  }

  private static HttpClientOptions options(WebhookLimits limits) {
    return new HttpClientOptions()
        .setConnectTimeout(Math.toIntExact(limits.connect().toMillis()))
        .setMaxHeaderSize(HEAD_BYTES_MAX)
        .setDecompressionSupported(false)
        .setPipelining(false)
        .setMaxRedirects(0);
  }
}
