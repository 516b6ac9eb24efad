// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.lease;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.redrive.Delivery;
import dev.redrive.Message;
import dev.redrive.Settled;
import dev.redrive.retry.RejectedException;
import dev.redrive.retry.RetryAfterException;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Problem;
import dev.redrive.server.http.Route;
import dev.redrive.server.json.BodyJson;
import dev.redrive.server.json.Fields;
import dev.redrive.server.json.TimeText;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.queue.ManagedQueue;
import dev.redrive.server.queue.QueueBook;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Leases messages and settles them. */
public final class LeaseEndpoints {
  private static final int MAX_MAX = 1_000;
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final Duration WAIT_MAX = Duration.ofSeconds(60);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration LEASE_MIN = Duration.ofSeconds(1);
  private static final Duration LEASE_MAX = Duration.ofHours(12);
  private static final Duration DELAY_MAX = Duration.ofDays(365);
  private static final int FAILURE_CHARS_MAX = 10_000;

  private final QueueBook book;
  private final LeaseTable leases;

  /** Works on these queues. */
  public LeaseEndpoints(QueueBook book, LeaseTable leases) {
    this.book = book;
    this.leases = leases;
  }

  /** The routes. */
  public List<Route> routes() {
    return List.of(
        Route.of("POST", "/v1/queues/{queue}:lease", Scope.WORK, this::lease),
        settling("ack", fields -> Delivery::ack),
        settling("release", fields -> Delivery::release),
        settling("retry", LeaseEndpoints::retry),
        settling("dead", LeaseEndpoints::dead),
        Route.of("POST", "/v1/leases/{lease}:extend", Scope.WORK, this::extend));
  }

  /** Something done with a delivery, once its settings are read. */
  private interface Settling {
    CompletionStage<Settled> apply(Delivery<byte[]> delivery);
  }

  private Route settling(String verb, Function<Fields, Settling> read) {
    return Route.of(
        "POST",
        "/v1/leases/{lease}:" + verb,
        Scope.WORK,
        exchange -> {
          String token = exchange.parameter("lease");
          exchange.object(
              fields -> {
                Delivery<byte[]> delivery = leases.get(token);
                Settling settling = read.apply(fields);
                fields.endOrThrow("request");
                exchange.then(
                    settling.apply(delivery),
                    settled -> {
                      check(settled, token);
                      leases.remove(token);
                      exchange.done();
                    });
              });
        });
  }

  private static Settling retry(Fields fields) {
    Optional<Duration> after = fields.duration("after", Duration.ZERO, DELAY_MAX);
    String failure = failure(fields).orElse("the worker asked for another attempt");
    return delivery ->
        delivery.fail(
            after.isPresent()
                ? told(new RetryAfterException(after.get(), failure))
                : new WorkerFailureException(failure));
  }

  private static Settling dead(Fields fields) {
    String failure = failure(fields).orElse("the worker rejected it");
    return delivery -> delivery.fail(told(new RejectedException(failure)));
  }

  /** The worker's failure happened elsewhere: where it is told here explains nothing. */
  private static <E extends Exception> E told(E failure) {
    failure.setStackTrace(new StackTraceElement[0]);
    return failure;
  }

  private static Optional<String> failure(Fields fields) {
    Optional<String> failure = fields.text("failure");
    if (failure.isPresent() && failure.get().length() > FAILURE_CHARS_MAX) {
      fields.problem("failure", "must have at most " + FAILURE_CHARS_MAX + " characters");
    }
    return failure;
  }

  private void extend(Exchange exchange) {
    String token = exchange.parameter("lease");
    exchange.object(
        fields -> {
          Optional<Duration> by = fields.duration("by", LEASE_MIN, LEASE_MAX);
          if (!fields.has("by")) {
            fields.problem("by", "is missing: say for how long from now on");
          }
          fields.endOrThrow("request");
          Delivery<byte[]> delivery = leases.get(token);
          exchange.then(
              delivery.extend(by.orElseThrow()),
              settled -> {
                check(settled, token);
                exchange.json(
                    200,
                    json -> {
                      json.writeStartObject();
                      json.writeStringField("leaseEnd", TimeText.format(delivery.leaseEnd()));
                      json.writeEndObject();
                    });
              });
        });
  }

  private void check(Settled settled, String token) {
    switch (settled) {
      case DONE -> {}
      case STALE -> {
        leases.remove(token);
        throw LeaseTable.lost().asException();
      }
      case UNKNOWN ->
          throw Problem.of(
                  503,
                  "unknown-outcome",
                  "Nobody knows whether it holds",
                  "the transport did not answer; the message comes again unless it was settled")
              .retryAfter(1)
              .asException();
    }
  }

  private void lease(Exchange exchange) {
    ManagedQueue queue = book.get(exchange.parameter("queue"));
    if (queue.config().deliver().isPresent()) {
      throw Problem.of(
              409,
              "queue-delivers",
              "The queue delivers to a webhook",
              "take `deliver` out of its settings to lease its messages")
          .asException();
    }
    exchange.object(
        fields -> {
          int max = (int) fields.number("max", 1, MAX_MAX).orElse(1);
          Duration wait = fields.duration("wait", Duration.ZERO, WAIT_MAX).orElse(WAIT);
          Duration lease = fields.duration("lease", LEASE_MIN, LEASE_MAX).orElse(LEASE);
          fields.endOrThrow("request");
          leases.checkRoom(max);
          CompletionStage<List<Delivery<byte[]>>> leased = queue.queue().lease(max, wait, lease);
          // Whoever is gone waits no longer, and keeps nothing from those who are there.
          exchange.whenGone(() -> leased.toCompletableFuture().cancel(false));
          leased.whenComplete(
              (deliveries, failure) ->
                  exchange.onLoop(
                      () -> {
                        if (failure == null) {
                          exchange.guarded(() -> handOver(exchange, deliveries));
                        } else if (!exchange.isGone()) {
                          exchange.fail(failure);
                        }
                      }));
        });
  }

  /** What nobody is there to take any more, or there is no room for, goes back, uncounted. */
  private void handOver(Exchange exchange, List<Delivery<byte[]>> deliveries) {
    if (exchange.isGone()) {
      deliveries.forEach(Delivery::release);
      return;
    }
    Map<String, Delivery<byte[]>> held = new LinkedHashMap<>();
    for (Delivery<byte[]> each : deliveries) {
      leases.add(each).ifPresentOrElse(token -> held.put(token, each), each::release);
    }
    if (held.isEmpty() && !deliveries.isEmpty()) {
      throw leases.full().asException();
    }
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("deliveries");
          for (Map.Entry<String, Delivery<byte[]>> each : held.entrySet()) {
            write(json, each.getValue(), each.getKey());
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, Delivery<byte[]> each, String token)
      throws IOException {
    Message<byte[]> message = each.message();
    json.writeStartObject();
    json.writeStringField("lease", token);
    json.writeStringField("leaseEnd", TimeText.format(each.leaseEnd()));
    json.writeStringField("id", message.id());
    json.writeStringField("queue", message.queue());
    json.writeNumberField("attempt", message.attempt());
    json.writeStringField("firstSeen", TimeText.format(message.firstSeen()));
    if (message.deadline().isPresent()) {
      json.writeStringField("deadline", TimeText.format(message.deadline().get()));
    }
    Optional<Duration> remaining = each.context().remaining();
    if (remaining.isPresent()) {
      json.writeNumberField("remainingMs", remaining.get().toMillis());
    }
    Optional<String> requestId = each.context().requestId();
    if (requestId.isPresent()) {
      json.writeStringField("requestId", requestId.get());
    }
    if (message.key().isPresent()) {
      json.writeStringField("key", message.key().get());
    }
    json.writeObjectFieldStart("headers");
    for (Map.Entry<String, String> header : message.headers().entrySet()) {
      json.writeStringField(header.getKey(), header.getValue());
    }
    json.writeEndObject();
    BodyJson.write(json, message.payload());
    json.writeEndObject();
  }
}
