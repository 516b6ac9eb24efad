// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.deadletter;

import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Problem;
import dev.redrive.server.http.Route;
import dev.redrive.server.json.Fields;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.queue.IdSearch;
import dev.redrive.server.queue.QueueBook;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows dead letters, sends them back to their queue, and deletes them. */
public final class DeadLetterEndpoints {
  private static final Logger audit = LoggerFactory.getLogger("dev.redrive.audit");
  private static final int LIMIT = 100;
  private static final int LIMIT_MAX = 1_000;
  private static final int MAX = 1_000;
  private static final int MAX_MAX = 10_000;

  private final QueueBook book;

  /** Works on these queues. */
  public DeadLetterEndpoints(QueueBook book) {
    this.book = book;
  }

  /** The routes. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/v1/dead-letters", Scope.READ, this::list)
            .query("queue", "reason", "fingerprint", "text", "from", "to", "cursor", "limit"),
        Route.of("GET", "/v1/dead-letters/{id}", Scope.READ, this::get).query("queue"),
        Route.of("POST", "/v1/dead-letters:replay", Scope.REPLAY, this::replay),
        Route.of("POST", "/v1/dead-letters:purge", Scope.ADMIN, this::purge));
  }

  private void list(Exchange exchange) {
    Fields fields = Fields.of(query(exchange));
    DeadLetterFilter filter =
        new DeadLetterFilter(
            Set.of(),
            fields.parsed("reason", Selection::reason),
            fields.text("fingerprint"),
            fields.text("text"),
            fields.time("from"),
            fields.time("to"));
    int limit = fields.parsed("limit", DeadLetterEndpoints::limit).orElse(LIMIT);
    fields.endOrThrow("request");
    exchange.then(
        new Browser(book.named(exchange.query("queue")), filter, limit)
            .page(exchange.query("cursor")),
        page ->
            exchange.json(
                200,
                json -> {
                  json.writeStartObject();
                  json.writeArrayFieldStart("items");
                  for (var each : page.items()) {
                    DeadLetterJson.summary(json, each);
                  }
                  json.writeEndArray();
                  if (page.next().isPresent()) {
                    json.writeStringField("next", page.next().get());
                  }
                  json.writeEndObject();
                }));
  }

  private static Map<String, Object> query(Exchange exchange) {
    Map<String, Object> query = new HashMap<>();
    for (String name : List.of("reason", "fingerprint", "text", "from", "to", "limit")) {
      exchange.query(name).ifPresent(value -> query.put(name, value));
    }
    return query;
  }

  private static int limit(String text) {
    if (text.matches("[0-9]{1,4}")) {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= LIMIT_MAX) {
        return limit;
      }
    }
    throw new IllegalArgumentException("must be 1 to " + LIMIT_MAX);
  }

  private void get(Exchange exchange) {
    String id = exchange.parameter("id");
    exchange.then(
        IdSearch.find(
            "dead letter",
            id,
            book.named(exchange.query("queue")),
            queue -> queue.queue().deadLetters().find(id)),
        letter -> exchange.json(200, json -> DeadLetterJson.whole(json, letter)));
  }

  /** What is to be done with which dead letters. */
  private record Order(Selection selection, int max, boolean isDryRun) {}

  private void replay(Exchange exchange) {
    exchange.object(
        fields -> {
          Order order = order(fields);
          DeadLetters letters = letters(order);
          carryOut(
              exchange,
              order,
              "replayed",
              () -> letters.replay(order.selection().filter(), order.max()));
        });
  }

  private void purge(Exchange exchange) {
    exchange.object(
        fields -> {
          Optional<String> confirm = fields.text("confirm");
          Order order = order(fields);
          DeadLetters letters = letters(order);
          boolean isConfirmed =
              order.selection().isByIds()
                  || order.isDryRun()
                  || confirm.equals(Optional.of(order.selection().queue()));
          if (!isConfirmed) {
            throw Problem.of(
                    400,
                    "confirmation-missing",
                    "Confirmation is missing",
                    "this deletes for good: repeat the queue's name as `\"confirm\": \""
                        + order.selection().queue()
                        + "\"`")
                .asException();
          }
          carryOut(
              exchange,
              order,
              "purged",
              () -> letters.purge(order.selection().filter(), order.max()));
        });
  }

  private static Order order(Fields fields) {
    Optional<Selection> selection = Selection.read(fields);
    int max = (int) fields.number("max", 1, MAX_MAX).orElse(MAX);
    boolean isDryRun = fields.flag("dryRun");
    fields.endOrThrow("request");
    return new Order(selection.orElseThrow(), max, isDryRun);
  }

  private DeadLetters letters(Order order) {
    return book.get(order.selection().queue()).queue().deadLetters();
  }

  private interface Act {
    CompletionStage<Integer> run();
  }

  private void carryOut(Exchange exchange, Order order, String done, Act act) {
    String queue = order.selection().queue();
    if (order.isDryRun()) {
      exchange.then(
          letters(order).count(order.selection().filter()),
          matching -> answer(exchange, order, done, 0, Optional.of(matching)));
      return;
    }
    exchange.then(
        act.run(),
        count -> {
          audit.info("{} {} {} dead letters of queue {}", exchange.who(), done, count, queue);
          answer(exchange, order, done, count, Optional.empty());
        });
  }

  private static void answer(
      Exchange exchange, Order order, String done, int count, Optional<Long> matching) {
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeStringField("queue", order.selection().queue());
          json.writeNumberField(done, count);
          if (matching.isPresent()) {
            json.writeNumberField("matching", matching.get());
          }
          json.writeBooleanField("more", matching.map(n -> n > 0).orElse(count >= order.max()));
          json.writeEndObject();
        });
  }
}
