// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What surrounds the attempt that is running on this thread: ids, the request, the deadline, trace
 * and baggage.
 *
 * <p>The engine sets it around a handler's call. It is not inherited by threads that the handler
 * starts, nor by stages that an {@link AsyncHandler} returns; take it along with {@link #wrap}.
 *
 * @param messageId the message being processed; in a {@link TaskQueue} the task, by its number
 * @param queue its queue
 * @param attempt which attempt this is, from 1
 * @param origin where the message comes from; what is sent in here takes it over
 * @param clock the clock by which {@link #remaining} is told
 * @param surroundings puts around a task what else belongs to the attempt: what logs show of it,
 *     its span
 */
public record Context(
    String messageId,
    String queue,
    int attempt,
    Origin origin,
    InstantSource clock,
    UnaryOperator<Runnable> surroundings) {

  /** The context of the attempt that runs on this thread, or empty outside of one. */
  public static Optional<Context> current() {
    return Scope.current().context();
  }

  /** The request that caused the message, if the sender told it. */
  public Optional<String> requestId() {
    return origin.requestId();
  }

  /** When the message becomes worthless, if ever. */
  public Optional<Instant> deadline() {
    return origin.deadline();
  }

  /** The span in which the message was sent, if the sender told it. */
  public Optional<TraceContext> trace() {
    return origin.trace();
  }

  /** What the participants of the request tell each other, if anything. */
  public Optional<Baggage> baggage() {
    return origin.baggage();
  }

  /** Time left until the deadline, never negative; empty without a deadline. */
  public Optional<Duration> remaining() {
    return deadline()
        .map(
            end -> {
              Duration left = Duration.between(clock.instant(), end);
              return left.isNegative() ? Duration.ZERO : left;
            });
  }

  /** The same task, with this context and its surroundings around it, for another thread. */
  public Runnable wrap(Runnable task) {
    Scope scope = new Scope(Optional.of(this), origin);
    return surroundings.apply(() -> scope.run(task));
  }
}
