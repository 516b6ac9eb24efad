// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.health;

import dev.redrive.QueueStats;
import dev.redrive.Redrive;
import dev.redrive.TransportState;
import dev.redrive.server.delivery.WebhookWorker;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Problem;
import dev.redrive.server.http.Route;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.lease.LeaseTable;
import dev.redrive.server.queue.QueueBook;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Says how the server is doing. */
public final class HealthEndpoints {
  private static final int SOON_SECONDS = 1;

  private final Redrive redrive;
  private final QueueBook book;
  private final LeaseTable leases;
  private final Census census;
  private final FailureWindow failures;
  private volatile boolean isStopping;

  /** Looks at these. */
  public HealthEndpoints(
      Redrive redrive, QueueBook book, LeaseTable leases, Census census, FailureWindow failures) {
    this.redrive = redrive;
    this.book = book;
    this.leases = leases;
    this.census = census;
    this.failures = failures;
  }

  /** The routes. */
  public List<Route> routes() {
    return List.of(
        Route.open("GET", "/healthz", this::health),
        Route.of("GET", "/readyz", Scope.READ, this::ready));
  }

  /** From now on nobody is to send anything here. */
  public void stopping() {
    isStopping = true;
  }

  /** A transport that does not answer makes the server degraded, not its probe fail. */
  private void health(Exchange exchange) {
    census
        .counts()
        .whenComplete(
            (counts, failure) ->
                exchange.onLoop(
                    () ->
                        answer(
                            exchange,
                            failure == null
                                ? OptionalLong.of(length(counts.values()))
                                : OptionalLong.empty())));
  }

  private void answer(Exchange exchange, OptionalLong length) {
    TransportState state = redrive.state();
    exchange.json(
        state == TransportState.FENCED ? 503 : 200,
        json -> {
          json.writeStartObject();
          json.writeStringField("status", status(state, length));
          json.writeStringField("transport", name(state));
          json.writeNumberField("activeWorkers", activeWorkers());
          if (length.isPresent()) {
            json.writeNumberField("queueLength", length.getAsLong());
          }
          json.writeNumberField("failureRate", Math.round(failures.rate() * 10_000) / 10_000.0);
          json.writeEndObject();
        });
  }

  private static String status(TransportState state, OptionalLong length) {
    return switch (state) {
      case UP -> length.isPresent() ? "ok" : "degraded";
      case DOWN, BLOCKED -> "degraded";
      case FENCED -> "failed";
    };
  }

  private int activeWorkers() {
    int delivering =
        book.all().stream()
            .mapToInt(each -> each.worker().map(WebhookWorker::runningCount).orElse(0))
            .sum();
    return delivering + leases.size();
  }

  private static long length(Iterable<QueueStats> counts) {
    long length = 0;
    for (QueueStats each : counts) {
      length += each.waiting() + each.running();
    }
    return length;
  }

  private void ready(Exchange exchange) {
    TransportState state = redrive.state();
    if (isStopping || state != TransportState.UP) {
      throw Problem.of(
              503,
              "not-ready",
              "Not ready",
              isStopping ? "the server stops" : "the transport is " + name(state))
          .retryAfter(SOON_SECONDS)
          .asException();
    }
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeBooleanField("ready", true);
          json.writeStringField("transport", name(state));
          json.writeEndObject();
        });
  }

  private static String name(TransportState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
