// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Context;
import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.QueueOptions;
import dev.redrive.spi.InMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/**
 * An attempt that has begun. It ends once: with success, a failure, its timeout, or being handed
 * back; whatever comes after that changes nothing. An end for which there is no memory is one, too:
 * the message is let go and comes again, and the attempt's place is free.
 *
 * @param <T> the payload's type
 */
final class Attempt<T> {
  private final Handed message;
  private final QueueEngine<T> queue;
  private final QueueOptions<T> options;
  private final Runnable ended;
  // As Timers.nanoTime.
  private volatile long began;
  private volatile boolean isStarted;
  private volatile boolean endsWithDeadline;

  /**
   * Creates the attempt.
   *
   * @param ended called once, when the attempt has ended and its settlement is on its way
   */
  Attempt(Handed message, QueueEngine<T> queue, Runnable ended) {
    this.message = message;
    this.queue = queue;
    this.options = queue.options();
    this.ended = ended;
    this.began = queue.nanoTime();
  }

  /** How many nanoseconds it may take from now on. */
  long limit() {
    return limit(Times.nanos(options.timeout()));
  }

  /** As above, under another timeout: never beyond the message's deadline. */
  long limit(long timeout) {
    Optional<Instant> deadline = message.deadline();
    if (deadline.isEmpty()) {
      return timeout;
    }
    long left = Times.nanos(Duration.between(queue.now(), deadline.get()));
    endsWithDeadline = left <= timeout;
    return endsWithDeadline ? Math.max(0, left) : timeout;
  }

  Context context() {
    return queue.context(message);
  }

  /**
   * The decoded message, for its handler to be called with; empty if it cannot be decoded, its
   * deadline has passed or the attempt has ended before, and then the handler is not called.
   */
  Optional<Message<T>> start() {
    if (message.isClaimed()) {
      return Optional.empty();
    }
    // Looked at again: the transport took its time to note the attempt, or no thread was free.
    Optional<Admission.Refusal> late = Admission.deadline(message, queue.now());
    if (late.isPresent()) {
      end((self, why) -> self.queue.settler().turnAway(self.message, why), late.get());
      return Optional.empty();
    }
    if (!queue.keys().isHeldFor(message, Times.nanos(options.timeout()))) {
      // No thread was free for so long that another attempt may have its key before this one ends.
      handBack(KeyKeeper.NOT_KEPT);
      return Optional.empty();
    }
    Message<T> decoded;
    try {
      decoded = message(message, options);
    } catch (Exception | StackOverflowError undecodable) {
      // Deeply nested input exhausts a parser's stack each time.
      end((self, why) -> self.queue.settler().undecodable(self.message, why), undecodable);
      return Optional.empty();
    }
    queue.surroundings().attempt(message, decoded);
    began = queue.nanoTime();
    isStarted = true;
    if (message.isClaimed()) {
      // Its time was over while it was decoded, and it was settled as one that had not begun.
      return Optional.empty();
    }
    Instant now = queue.now();
    queue.events().tell(() -> started(message.in(), options.name(), now));
    return Optional.of(decoded);
  }

  /** The message as its handler sees it; decoded once. */
  // A queue that is declared anew keeps its codec, so T is still what it was decoded to.
  @SuppressWarnings("unchecked")
  static <T> Message<T> message(Handed handed, QueueOptions<T> options) throws Exception {
    Optional<Message<?>> decoded = handed.decoded();
    return decoded.isPresent() ? (Message<T>) decoded.get() : decode(handed, options);
  }

  private static <T> Message<T> decode(Handed handed, QueueOptions<T> options) throws Exception {
    InMessage in = handed.in();
    return new Message<>(
        in.id(),
        options.name(),
        options.codec().decode(in.body()),
        handed.userHeaders(),
        handed.key(),
        in.attempt(),
        in.firstSeen(),
        handed.deadline());
  }

  /** What listeners are told when an attempt's message is with its handler or consumer. */
  static Event started(InMessage in, String queue, Instant at) {
    return new Event.Started(queue, at, in.id(), in.attempt(), Duration.between(in.dueAt(), at));
  }

  /** The handler left this; it is kept if the queue has idempotency. */
  void leave(byte[] result) {
    message.hold().ifPresent(hold -> hold.result(result));
  }

  void succeed() {
    end((self, nothing) -> self.queue.settler().succeeded(self.message, self.took()), this);
  }

  void fail(Throwable cause) {
    end((self, why) -> self.queue.settler().failed(self.message, why, self.took()), cause);
  }

  void timeOut() {
    if (endsWithDeadline) {
      expire();
      return;
    }
    end(
        (self, after) ->
            self.queue
                .settler()
                .failed(
                    self.message,
                    new TimeoutException("the attempt took longer than " + after),
                    self.took()),
        options.timeout());
  }

  private void expire() {
    // Looked at after the claim, which start() looks at once it has begun.
    end((self, same) -> same.queue.settler().expired(same.message, same.isStarted), this);
  }

  void handBack(String why) {
    end((self, reason) -> self.queue.settler().release(self.message, reason), why);
  }

  // Settlements capture nothing, so that nothing is allocated before the message is claimed.
  private <A> void end(BiConsumer<Attempt<T>, A> settlement, A argument) {
    if (message.claim()) {
      try {
        settlement.accept(this, argument);
      } catch (Throwable failure) {
        message.letGo();
        throw failure;
      } finally {
        ended.run();
      }
    }
  }

  /** Ends it without a settlement, unless it has ended. */
  void abandon() {
    if (message.claim()) {
      message.letGo();
      ended.run();
    }
  }

  private Duration took() {
    return Duration.ofNanos(queue.nanoTime() - began);
  }
}
