// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.events;

import dev.redrive.Event;
import dev.redrive.Listener;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Problem;
import dev.redrive.server.http.Route;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.queue.QueueBook;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells events to those who listen over HTTP. Thread-safe; without listeners an event costs
 * nothing.
 */
public final class EventStream implements Listener {
  private static final int CLIENTS_MAX = 100;
  private static final int LATER_SECONDS = 10;
  private static final byte[] HEARTBEAT = ": \n\n".getBytes(StandardCharsets.UTF_8);

  private final QueueBook book;
  private final Set<EventClient> clients = ConcurrentHashMap.newKeySet();

  /** Tells of these queues. */
  public EventStream(QueueBook book) {
    this.book = book;
  }

  /** The route. */
  public Route route() {
    return Route.of("GET", "/v1/events", Scope.READ, this::open).query("queue");
  }

  @Override
  public void on(Event event) {
    if (clients.isEmpty()) {
      return;
    }
    byte[] frame = EventJson.frame(event);
    for (EventClient client : clients) {
      if (client.wants(event.queue())) {
        client.offer(frame);
      }
    }
  }

  /** Sends all a comment, so that dead connections are found; to be called every 15 seconds. */
  public void beat() {
    clients.forEach(client -> client.offer(HEARTBEAT));
  }

  /** Ends all streams. */
  public void close() {
    clients.forEach(EventClient::end);
  }

  private void open(Exchange exchange) {
    Optional<String> queue = exchange.query("queue");
    queue.ifPresent(book::get);
    if (clients.size() >= CLIENTS_MAX) {
      throw Problem.of(
              429,
              "too-many-listeners",
              "Too many listeners",
              CLIENTS_MAX + " listen already: close one, then come again")
          .retryAfter(LATER_SECONDS)
          .asException();
    }
    if (!exchange.begin(200)) {
      return;
    }
    EventClient client = new EventClient(exchange, queue);
    exchange.whenGone(() -> clients.remove(client));
    // Before it is told so, because from then on it relies on it.
    clients.add(client);
    exchange
        .response()
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .write(": listening\n\n");
  }
}
