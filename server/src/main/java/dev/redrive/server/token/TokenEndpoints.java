// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.token;

import dev.redrive.retry.DurationText;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Problem;
import dev.redrive.server.http.Route;
import dev.redrive.server.json.Fields;
import dev.redrive.server.json.TimeText;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.queue.ManagedQueue;
import dev.redrive.server.queue.QueueBook;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Gives tokens out. */
public final class TokenEndpoints {
  private static final Duration TTL = Duration.ofMinutes(15);
  private static final Duration TTL_MIN = Duration.ofSeconds(1);

  private final QueueBook book;
  private final Tokens tokens;
  private final InstantSource clock;

  /** Gives out tokens for these queues. */
  public TokenEndpoints(QueueBook book, Tokens tokens, InstantSource clock) {
    this.book = book;
    this.tokens = tokens;
    this.clock = clock;
  }

  /** The route. */
  public Route route() {
    return Route.of("POST", "/v1/tokens", Scope.ENQUEUE, this::make);
  }

  private void make(Exchange exchange) {
    exchange.object(
        fields -> {
          Optional<String> name = fields.text("queue");
          if (!fields.has("queue")) {
            fields.problem("queue", "is missing: a token is for one queue");
          }
          Optional<ManagedQueue> queue = name.map(book::get);
          queue.ifPresent(TokenEndpoints::checkRemembers);
          Duration most = queue.map(TokenEndpoints::window).orElse(TTL);
          Duration ttl = ttl(fields, most);
          fields.endOrThrow("request");
          Token token = tokens.make(clock.instant(), ttl);
          answer(exchange, queue.orElseThrow(), token);
        });
  }

  /** A token outlives its message's id nowhere, or it would let a second one in. */
  private static Duration ttl(Fields fields, Duration most) {
    return fields.duration("ttl", TTL_MIN, most).orElse(TTL.compareTo(most) < 0 ? TTL : most);
  }

  private static Duration window(ManagedQueue queue) {
    return queue.config().options().dedupWindow();
  }

  private static void checkRemembers(ManagedQueue queue) {
    if (!queue.queue().isDeduplicated()) {
      throw Problem.of(
              501,
              "not-supported",
              "The transport cannot do this",
              "it does not recognise an id that is sent twice, so a token would let every message"
                  + " in")
          .asException();
    }
    if (window(queue).compareTo(TTL_MIN) < 0) {
      throw Problem.invalid(
              "queue "
                  + queue.name()
                  + " remembers ids for "
                  + DurationText.format(window(queue))
                  + ": give it a longer dedupWindow, or a token would let a second message in")
          .asException();
    }
  }

  private void answer(Exchange exchange, ManagedQueue queue, Token token) {
    exchange.json(
        201,
        json -> {
          json.writeStartObject();
          json.writeStringField("token", tokens.text(token, queue.name()));
          json.writeStringField("queue", queue.name());
          json.writeStringField("id", token.id());
          json.writeStringField("expiresAt", TimeText.format(token.expiresAt()));
          json.writeEndObject();
        });
  }
}
