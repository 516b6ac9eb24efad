// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.message;

import dev.redrive.MessageStatus;
import dev.redrive.Outgoing;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Problem;
import dev.redrive.server.http.Route;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.queue.IdSearch;
import dev.redrive.server.queue.ManagedQueue;
import dev.redrive.server.queue.QueueBook;
import dev.redrive.server.token.Token;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Sends messages, shows them and takes them back. */
public final class MessageEndpoints {
  private final QueueBook book;
  private final int bodyMax;
  private final int batchMax;
  private final TokenAdmission admission;

  /**
   * Works on these queues.
   *
   * @param admission lets in what comes with tokens
   * @param bodyMax bytes of a payload at most
   * @param batchMax lines of a batch at most
   */
  public MessageEndpoints(QueueBook book, TokenAdmission admission, int bodyMax, int batchMax) {
    this.book = book;
    this.admission = admission;
    this.bodyMax = bodyMax;
    this.batchMax = batchMax;
  }

  /** The routes. */
  public List<Route> routes() {
    return List.of(
        Route.of("POST", "/v1/queues/{queue}/messages", Scope.ENQUEUE, this::send),
        Route.of("POST", "/v1/queues/{queue}/messages:batch", Scope.ENQUEUE, this::sendBatch),
        Route.of("GET", "/v1/messages/{id}", Scope.READ, this::get).query("queue"),
        Route.of("DELETE", "/v1/messages/{id}", Scope.ENQUEUE, this::cancel).query("queue"));
  }

  private void send(Exchange exchange) {
    ManagedQueue queue = book.get(exchange.parameter("queue"));
    exchange.body(
        bodyMax,
        body -> {
          Optional<Token> token = admission.token(exchange, queue);
          Outgoing<byte[]> message =
              RequestHeaders.message(
                  exchange.request().headers(), body, text -> token.orElseThrow().id());
          exchange.then(
              admission.receipt(token, queue, message),
              receipt ->
                  exchange.json(
                      receipt.isDuplicate() ? 200 : 202,
                      json -> MessageJson.receipt(json, receipt)));
        });
  }

  private void sendBatch(Exchange exchange) {
    ManagedQueue queue = book.get(exchange.parameter("queue"));
    new Batch(exchange, queue.queue(), bodyMax, batchMax).read();
  }

  private void get(Exchange exchange) {
    exchange.then(
        find(exchange), status -> exchange.json(200, json -> MessageJson.status(json, status)));
  }

  private void cancel(Exchange exchange) {
    exchange.then(
        find(exchange),
        status ->
            exchange.then(
                book.get(status.queue()).queue().cancel(status.id()),
                isCancelled -> {
                  if (!isCancelled) {
                    throw notCancellable(status).asException();
                  }
                  exchange.json(
                      200,
                      json -> {
                        json.writeStartObject();
                        json.writeStringField("id", status.id());
                        json.writeStringField("queue", status.queue());
                        json.writeStringField("state", "cancelled");
                        json.writeEndObject();
                      });
                }));
  }

  private static Problem notCancellable(MessageStatus status) {
    return Problem.of(
        409,
        "not-cancellable",
        "The message cannot be taken back",
        "it is "
            + status.state().wireName()
            + " or about to run: only what waits can be cancelled; purge a dead letter instead");
  }

  private CompletionStage<MessageStatus> find(Exchange exchange) {
    String id = exchange.parameter("id");
    return IdSearch.find(
        "message", id, book.named(exchange.query("queue")), queue -> queue.queue().find(id));
  }
}
