// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.queue;

import dev.redrive.QueueStats;
import dev.redrive.server.config.DeliverConfig;
import dev.redrive.server.config.QueueConfig;
import dev.redrive.server.config.QueueReader;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Route;
import dev.redrive.server.json.Fields;
import dev.redrive.server.keys.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows and changes queues. */
public final class QueueEndpoints {
  private static final Logger audit = LoggerFactory.getLogger("dev.redrive.audit");
  private static final int REASON_CHARS_MAX = 500;

  private final QueueBook book;

  /** Works on these queues. */
  public QueueEndpoints(QueueBook book) {
    this.book = book;
  }

  /** The routes. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/v1/queues", Scope.READ, this::list),
        Route.of("GET", "/v1/queues/{queue}", Scope.READ, this::get),
        Route.of("PUT", "/v1/queues/{queue}", Scope.ADMIN, this::put),
        Route.of("POST", "/v1/queues/{queue}:pause", Scope.ADMIN, this::pause),
        Route.of("POST", "/v1/queues/{queue}:resume", Scope.ADMIN, this::resume));
  }

  private void list(Exchange exchange) {
    List<ManagedQueue> all = List.copyOf(book.all());
    List<CompletableFuture<QueueStats>> stats = new ArrayList<>();
    all.forEach(each -> stats.add(each.queue().stats().toCompletableFuture()));
    exchange.then(
        CompletableFuture.allOf(stats.toArray(CompletableFuture<?>[]::new)),
        ready ->
            exchange.json(
                200,
                json -> {
                  json.writeStartObject();
                  json.writeArrayFieldStart("queues");
                  for (int i = 0; i < all.size(); i++) {
                    QueueJson.write(json, all.get(i), stats.get(i).join());
                  }
                  json.writeEndArray();
                  json.writeEndObject();
                }));
  }

  private void get(Exchange exchange) {
    show(exchange, 200, book.get(exchange.parameter("queue")));
  }

  private static void show(Exchange exchange, int status, ManagedQueue queue) {
    exchange.then(
        queue.queue().stats(),
        stats -> exchange.json(status, json -> QueueJson.write(json, queue, stats)));
  }

  private void put(Exchange exchange) {
    String name = exchange.parameter("queue");
    exchange.object(
        fields -> {
          QueueConfig wanted = read(name, fields);
          exchange.then(
              book.put(wanted),
              put -> {
                audit.info(
                    "{} {} queue {}", exchange.who(), put.isNew() ? "made" : "changed", name);
                show(exchange, put.isNew() ? 201 : 200, put.queue());
              });
        });
  }

  private QueueConfig read(String name, Fields fields) {
    boolean keepsSecret = !fields.object("deliver").map(each -> each.has("secret")).orElse(false);
    Optional<QueueConfig> wanted = QueueReader.read(name, fields);
    fields.endOrThrow("queue " + name);
    QueueConfig config = wanted.orElseThrow();
    if (!keepsSecret) {
      return config;
    }
    Optional<String> secret =
        book.find(name).flatMap(each -> each.config().deliver()).flatMap(DeliverConfig::secret);
    return config.withDeliver(config.deliver().map(deliver -> deliver.withSecret(secret)));
  }

  private void pause(Exchange exchange) {
    ManagedQueue queue = book.get(exchange.parameter("queue"));
    exchange.object(
        fields -> {
          String reason = fields.text("reason").orElse("paused by " + exchange.who());
          if (reason.length() > REASON_CHARS_MAX) {
            fields.problem("reason", "must have at most " + REASON_CHARS_MAX + " characters");
          }
          fields.endOrThrow("request");
          exchange.then(
              book.pause(queue, reason),
              done -> {
                audit.info("{} paused queue {}", exchange.who(), queue.name());
                exchange.json(200, json -> QueueJson.writeState(json, queue));
              });
        });
  }

  private void resume(Exchange exchange) {
    ManagedQueue queue = book.get(exchange.parameter("queue"));
    exchange.object(
        fields -> {
          fields.endOrThrow("request");
          exchange.then(
              book.resume(queue),
              done -> {
                audit.info("{} resumed queue {}", exchange.who(), queue.name());
                exchange.json(200, json -> QueueJson.writeState(json, queue));
              });
        });
  }
}
