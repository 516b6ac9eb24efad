// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.delivery;

import dev.redrive.Context;
import dev.redrive.Message;
import dev.redrive.Queue;
import dev.redrive.Worker;
import dev.redrive.retry.HoldException;
import dev.redrive.retry.HttpStatusException;
import dev.redrive.server.config.DeliverConfig;
import dev.redrive.server.config.QueueReader;
import dev.redrive.server.json.TimeText;
import dev.redrive.server.webhook.DeliveryException;
import dev.redrive.server.webhook.Destination;
import dev.redrive.server.webhook.FailureKind;
import dev.redrive.server.webhook.Outcome;
import dev.redrive.server.webhook.OutgoingRequest;
import dev.redrive.server.webhook.WebhookClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Delivers the messages of one queue to its webhook. What a failure means is the policy's to say:
 * it is told of a status with {@code Retry-After}, and of anything else as it is. Thread-safe.
 */
public final class WebhookWorker {
  private static final String CONTENT_TYPE = "content-type";
  private static final String BYTES = "application/octet-stream";
  private static final String ATTEMPT = "redrive-attempt";
  private static final String DEADLINE = "redrive-deadline";
  private static final String REMAINING = "redrive-remaining-ms";
  private static final String REQUEST_ID = "x-request-id";

  /** How long nothing of the queue is tried when this server itself is short of connections. */
  private static final Duration BREATHER = Duration.ofSeconds(1);

  private final WebhookClient client;
  private final Worker worker;
  private volatile Destination destination;

  WebhookWorker(WebhookClient client, Queue<byte[]> queue, Destination destination) {
    this.client = client;
    this.destination = destination;
    this.worker = queue.handleAsync(this::deliver);
  }

  /** Delivers elsewhere, or otherwise, from the next attempt on. */
  public void adopt(DeliverConfig config) {
    destination = QueueReader.destination(config);
  }

  /** Attempts that run now. */
  public int runningCount() {
    return worker.runningCount();
  }

  /** Begins no attempt any more; those that run go on. */
  public void stop() {
    worker.drain().thenRun(worker::close);
  }

  private CompletionStage<?> deliver(Message<byte[]> message) {
    Context context = Context.current().orElseThrow();
    Optional<Duration> remaining = context.remaining();
    OutgoingRequest request = request(message, headers(message, context, remaining));
    return client
        .deliver(destination, request, remaining)
        .thenCompose(
            outcome ->
                outcome.<CompletionStage<Void>>fold(
                    delivered -> CompletableFuture.completedFuture(null),
                    failed -> CompletableFuture.failedFuture(failure(failed))));
  }

  /** The message's own headers, its trace among them, and what the receiver may go by. */
  private static Map<String, String> headers(
      Message<byte[]> message, Context context, Optional<Duration> remaining) {
    Map<String, String> headers = new HashMap<>(message.headers());
    headers.put(ATTEMPT, Integer.toString(message.attempt()));
    message.deadline().ifPresent(end -> headers.put(DEADLINE, TimeText.format(end)));
    // The receiver's clock may be another one.
    remaining.ifPresent(left -> headers.put(REMAINING, Long.toString(left.toMillis())));
    if (headers.keySet().stream().noneMatch(REQUEST_ID::equalsIgnoreCase)) {
      context.requestId().ifPresent(id -> headers.put(REQUEST_ID, id));
    }
    return headers;
  }

  private static OutgoingRequest request(Message<byte[]> message, Map<String, String> headers) {
    String type = headers.remove(CONTENT_TYPE);
    return new OutgoingRequest(
        message.id(), type == null ? BYTES : type, headers, message.payload());
  }

  private static Throwable failure(Outcome.Failed failed) {
    DeliveryException cause = failed.cause();
    if (cause.isLocal()) {
      return withoutPlace(
          new HoldException(String.valueOf(cause.getMessage()), Optional.of(BREATHER)));
    }
    if (cause.status().isPresent()) {
      String excerpt = cause.excerpt().isEmpty() ? "" : ": " + cause.excerpt();
      return withoutPlace(
          new HttpStatusException(
              cause.status().getAsInt(), "the webhook's answer" + excerpt, cause.retryAfter()));
    }
    return cause.kind() == FailureKind.INVALID
        ? withoutPlace(new IllegalArgumentException(cause.getMessage(), cause))
        : cause;
  }

  /** It happened at the other side: the place in this code explains nothing. */
  private static Throwable withoutPlace(Throwable failure) {
    failure.setStackTrace(new StackTraceElement[0]);
    return failure;
  }
}
