// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.DeadLetter;
import dev.redrive.QueueOptions;
import dev.redrive.spi.History;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells who wants to be told that a message died. */
final class DeathNotice {
  private static final Logger log = LoggerFactory.getLogger(DeathNotice.class);

  private final Supplier<? extends QueueOptions<?>> options;
  private final Executor handlers;

  DeathNotice(Supplier<? extends QueueOptions<?>> options, Executor handlers) {
    this.options = options;
    this.handlers = handlers;
  }

  /** Tells of a message that is safe among the dead letters. */
  void send(Handed message, Settlement.Dead dead, Instant now) {
    InMessage in = message.in();
    DeadLetter letter =
        new DeadLetter(
            in.id(),
            options.get().name(),
            dead.reason(),
            dead.failure(),
            dead.fingerprint(),
            dead.attempts(),
            in.firstSeen(),
            now,
            message.key(),
            message.userHeaders(),
            in.body(),
            History.parse(dead.headers().getOrDefault(WireHeaders.HISTORY, "")));
    try {
      // The user's code may block, so it does not run on the transport's thread.
      handlers.execute(() -> tell(letter));
    } catch (RejectedExecutionException closing) {
      log.warn(
          "onDeadLetter of queue {} was not told of {}: closing", options.get().name(), in.id());
    }
  }

  private void tell(DeadLetter letter) {
    try {
      options.get().onDeadLetter().accept(letter);
    } catch (Throwable failure) {
      log.warn(
          "onDeadLetter of queue {} failed for {}", options.get().name(), letter.id(), failure);
    }
  }
}
