// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.QueueOptions;
import dev.redrive.Settled;
import dev.redrive.TraceContext;
import dev.redrive.Transition;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Where settlements go: the message's idempotency key is brought to its end first, then the message
 * is settled, and what happened is told once that is durable. Thread-safe.
 */
final class Settlements {
  private final Supplier<? extends QueueOptions<?>> options;
  private final Environment environment;
  private final EventHub events;
  private final KeyKeeper keys;

  Settlements(
      Supplier<? extends QueueOptions<?>> options,
      Environment environment,
      EventHub events,
      KeyKeeper keys) {
    this.options = options;
    this.environment = environment;
    this.events = events;
    this.keys = keys;
  }

  /**
   * A claimed message that cannot even be settled must not be held for ever: its lease is let run
   * out, so that it comes again.
   */
  static CompletionStage<Settled> guarded(
      Handed message, Supplier<CompletionStage<Settled>> settlement) {
    try {
      return settlement.get();
    } catch (Throwable failure) {
      message.letGo(failure);
      return CompletableFuture.failedStage(failure);
    }
  }

  /** Brings the message's key to its end, if it holds one, and then the message. */
  CompletionStage<Settled> settle(Handed message, Settlement settlement, Supplier<Event> event) {
    if (message.span() != NoAttempt.SPAN) {
      message.span().end(event.get());
    }
    Optional<KeyHold> hold = message.hold();
    if (hold.isEmpty()) {
      return settleNow(message, settlement, event);
    }
    CompletionStage<Boolean> ended =
        settlement instanceof Settlement.Ack ? keys.complete(hold.get()) : keys.free(hold.get());
    return ended.thenCompose(done -> guarded(message, () -> settleNow(message, settlement, event)));
  }

  private CompletionStage<Settled> settleNow(
      Handed message, Settlement settlement, Supplier<Event> event) {
    CompletionStage<Settled> settled = message.intake().settle(message, settlement);
    return settled.whenComplete(
        (answer, error) -> {
          if (answer == Settled.DONE) {
            events.tell(event);
          }
        });
  }

  /** What the message tells of a failure from now on. */
  static Map<String, String> failureHeaders(Handed message, Transition transition) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(WireHeaders.HISTORY, HistoryWriter.with(message.in(), transition));
    headers.put(WireHeaders.LAST_FAILURE, transition.cause());
    if (!message.in().headers().containsKey(WireHeaders.FIRST_ATTEMPT)) {
      Optional<TraceContext> first = message.span().trace();
      first.ifPresent(trace -> headers.put(WireHeaders.FIRST_ATTEMPT, trace.parent()));
    }
    return headers;
  }

  /** The queue's name. */
  String queue() {
    return options.get().name();
  }

  Instant now() {
    return environment.clock().instant();
  }
}
