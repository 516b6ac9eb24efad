// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.retry.HoldException;
import dev.redrive.retry.RejectedException;
import dev.redrive.retry.RetryPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * Passes a queue's messages on to another queue, perhaps one on another transport: an outbox is a
 * queue in the sender's database, with a relay to where its messages are to go.
 *
 * <pre>{@code
 * Queue<String> outbox =
 *     shop.queue(QueueOptions.builder("outbox", codec).policy(Relay.policy()).build());
 * outbox.handleAsync(Relay.to(orders));
 * }</pre>
 *
 * <p>A message keeps its id, payload, headers, key, and what it inherited: request, deadline, trace
 * and baggage. It leaves the first queue when the second one holds it. A crash between the two
 * sends it again under the same id, which a queue that {@link Queue#isDeduplicated recognises ids}
 * stores once. From an ordered queue, messages of one key are passed on in order, one after
 * another.
 *
 * <p>While the target cannot be reached or takes no more, the first queue is held and no attempt
 * counts, so that nothing dies of an outage; with {@link #policy}, also while it does not answer.
 * What was sent and not answered is waited for, and not sent again by this process. What the target
 * refuses for good is rejected, and so is a dead letter of the first queue.
 */
public final class Relay {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private Relay() {}

  /** A handler that passes messages on to this queue. */
  public static <T> AsyncHandler<T> to(Queue<T> target) {
    Map<String, CompletionStage<Receipt>> unanswered = new ConcurrentHashMap<>();
    return message -> {
      CompletionStage<Receipt> before = unanswered.get(message.id());
      CompletionStage<Receipt> answer = before == null ? target.send(outgoing(message)) : before;
      unanswered.put(message.id(), answer);
      return answer
          .whenComplete((receipt, failure) -> unanswered.remove(message.id(), answer))
          .exceptionally(
              failure -> {
                throw verdict(target, failure);
              });
    };
  }

  /**
   * The default policy, but that a target which does not answer in the time of an attempt holds the
   * first queue, and no attempt counts.
   */
  public static RetryPolicy policy() {
    return RetryPolicy.builder()
        .on(TimeoutException.class)
        .hold("the target does not answer", PAUSE)
        .build();
  }

  private static <T> Outgoing<T> outgoing(Message<T> message) {
    Outgoing<T> outgoing =
        Outgoing.of(message.payload()).id(message.id()).headers(message.headers());
    return message.key().map(outgoing::key).orElse(outgoing);
  }

  private static RuntimeException verdict(Queue<?> target, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof SendRefusedException refused
        && refused.reason() == SendRefusedException.Cause.INVALID) {
      return new RejectedException(
          "queue " + target.name() + " does not take it: " + cause.getMessage(), cause);
    }
    return new HoldException(
        "queue " + target.name() + " takes nothing now: " + cause.getMessage(), Optional.of(PAUSE));
  }
}
