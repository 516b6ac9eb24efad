// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import dev.redrive.InvalidOptionsException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The server's side of HTTP: one listener, served by an event loop a processor. Each request is
 * checked, then given to the endpoint of its route. Thread-safe.
 */
public final class HttpFront {
  private static final int TARGET_BYTES_MAX = 8 * 1_024;
  private static final int HEADER_BYTES_MAX = 32 * 1_024;
  private static final int BACKLOG = 1_024;
  private static final int SOON_SECONDS = 1;

  /** By this name all event loops share one free port. */
  private static final int FREE_PORT = 1;

  private final Vertx vertx;
  private final HttpSettings settings;
  private final Guard guard;
  private final Budget connections;
  private final Budget bodies;
  private final List<HttpLoop> loops = new CopyOnWriteArrayList<>();
  private volatile Optional<RouteTable> routes = Optional.empty();
  private volatile int port;

  /** Prepares to serve. */
  public HttpFront(Vertx vertx, HttpSettings settings, Guard guard) {
    this.vertx = vertx;
    this.settings = settings;
    this.guard = guard;
    this.connections = new Budget(settings.connectionsMax());
    this.bodies = new Budget(settings.bodyBytesMax());
  }

  /**
   * Begins to listen; every request is told to come again until there is something to {@link
   * #serve}. Blocks until it listens.
   *
   * @return the address, with the port that was free if none was named
   * @throws InvalidOptionsException if the address cannot be had
   */
  public InetSocketAddress start() {
    DeploymentOptions perLoop =
        new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors());
    try {
      vertx
          .deployVerticle(() -> new HttpLoop(this, options()), perLoop)
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw refused(Failures.unwrap(e));
    }
    return new InetSocketAddress(settings.host(), port);
  }

  /** Serves these routes from now on. */
  public void serve(RouteTable served) {
    routes = Optional.of(served);
  }

  /** How many connections are open. */
  public long connectionCount() {
    return connections.used();
  }

  /** Takes no more connections; blocks until what is under way is answered or the grace is over. */
  public void stop(Duration grace) {
    Future.join(loops.stream().map(loop -> loop.shutdown(grace)).toList())
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  HttpTimes times() {
    return settings.times();
  }

  Budget connections() {
    return connections;
  }

  Budget bodies() {
    return bodies;
  }

  void listens(HttpLoop loop, int port) {
    loops.add(loop);
    this.port = port;
  }

  void dispatch(Exchange exchange) {
    exchange.guarded(() -> route(exchange));
  }

  private void route(Exchange exchange) {
    HttpServerRequest request = exchange.request();
    InvalidRequests.check(request);
    guard.checkOrigin(request);
    RouteTable.Match match = find(routes.orElseThrow(HttpFront::notYet), request);
    Route route = match.route();
    String who =
        route.scope().isPresent() ? guard.checkKey(request, route.scope()) : Guard.ANONYMOUS;
    String query = request.query();
    exchange.admit(
        match.parameters(), query == null ? Map.of() : Percent.query(query, route.query()), who);
    route.endpoint().handle(exchange);
  }

  /** Whoever has no key is not told what there is and what not. */
  private RouteTable.Match find(RouteTable served, HttpServerRequest request) {
    try {
      return served.find(request.method().name(), request.path());
    } catch (ProblemException e) {
      guard.checkKey(request, Optional.empty());
      throw e;
    }
  }

  private static ProblemException notYet() {
    return Problem.of(503, "not-ready", "Not ready", "the server starts: send it again soon")
        .retryAfter(SOON_SECONDS)
        .asException();
  }

  SocketAddress listenAt() {
    return settings.port() == 0
        ? SocketAddress.sharedRandomPort(FREE_PORT, settings.host())
        : SocketAddress.inetSocketAddress(settings.port(), settings.host());
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        .setAcceptBacklog(BACKLOG)
        .setTcpNoDelay(true)
        .setMaxInitialLineLength(TARGET_BYTES_MAX)
        .setMaxHeaderSize(HEADER_BYTES_MAX)
        .setHandle100ContinueAutomatically(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setHttp2ClearTextEnabled(false);
  }

  private InvalidOptionsException refused(Throwable cause) {
    String address = settings.host() + ":" + settings.port();
    String advice =
        cause instanceof BindException
            ? "is in use, or no address of this machine: choose another with --bind"
            : "cannot be listened at (" + cause.getMessage() + "): choose another with --bind";
    return new InvalidOptionsException("bind " + address, List.of(advice));
  }
}
