// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves its share of the connections on one event loop. */
final class HttpLoop extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(HttpLoop.class);

  private final HttpFront front;
  private final HttpServerOptions options;
  private final Map<HttpConnection, Peer> peers = new HashMap<>();
  private HttpServer server;
  private Context loop;

  @SuppressWarnings("NullAway.Init") // Vert.x calls start before anything else.
  HttpLoop(HttpFront front, HttpServerOptions options) {
    this.front = front;
    this.options = options;
  }

  @Override
  public Future<?> start() {
    loop = context;
    server =
        vertx
            .createHttpServer(options)
            .connectionHandler(this::connected)
            .invalidRequestHandler(InvalidRequests::answer)
            .exceptionHandler(failure -> log.debug("a connection failed", failure))
            .requestHandler(this::handle);
    vertx.setPeriodic(front.times().tick().toMillis(), timer -> tick());
    return server
        .listen(front.listenAt())
        .onSuccess(listening -> front.listens(this, listening.actualPort()));
  }

  /** Takes no more connections, and completes when the requests under way are answered. */
  Future<Void> shutdown(Duration grace) {
    return server.shutdown(grace);
  }

  private void connected(HttpConnection connection) {
    if (!front.connections().take(1)) {
      log.debug("a connection was closed: there are as many as `limits.connectionsMax` allows");
      connection.close();
      return;
    }
    peers.put(connection, new Peer(connection));
    connection.exceptionHandler(failure -> log.debug("a connection failed", failure));
    connection.closeHandler(
        closed -> {
          if (peers.remove(connection) != null) {
            front.connections().give(1);
          }
        });
  }

  private void tick() {
    List<Peer> slow = new ArrayList<>();
    for (Peer peer : peers.values()) {
      if (peer.isTooSlow(front.times())) {
        slow.add(peer);
      }
    }
    slow.forEach(Peer::abort);
  }

  private void handle(HttpServerRequest request) {
    Peer peer = peers.get(request.connection());
    if (peer == null || peer.isLast()) {
      return;
    }
    peer.await(Peer.Awaited.NOTHING);
    front.dispatch(new Exchange(request, loop, peer, front.bodies()));
  }
}
