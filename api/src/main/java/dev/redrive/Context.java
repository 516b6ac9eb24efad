// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What surrounds the attempt that is running on this thread: request id, deadline, ids.
 *
 * <p>The engine sets it around a handler's call. It is not inherited by threads that the handler
 * starts; take it along with {@link #wrap}.
 *
 * @param messageId the message being processed
 * @param queue its queue
 * @param attempt which attempt this is, from 1
 * @param requestId the request that caused the message, if the sender told it
 * @param deadline when the message becomes worthless, if ever
 * @param clock the clock by which {@link #remaining} is told
 */
public record Context(
    String messageId,
    String queue,
    int attempt,
    Optional<String> requestId,
    Optional<Instant> deadline,
    InstantSource clock) {

  private static final ThreadLocal<Optional<Context>> CURRENT =
      ThreadLocal.withInitial(Optional::empty);

  /** The context of the attempt that runs on this thread, or empty outside of one. */
  public static Optional<Context> current() {
    return CURRENT.get();
  }

  /** Time left until the deadline, never negative; empty without a deadline. */
  public Optional<Duration> remaining() {
    return deadline.map(
        end -> {
          Duration left = Duration.between(clock.instant(), end);
          return left.isNegative() ? Duration.ZERO : left;
        });
  }

  /** The same task, with this context around it, for another thread. */
  public Runnable wrap(Runnable task) {
    return () -> {
      Optional<Context> outer = CURRENT.get();
      CURRENT.set(Optional.of(this));
      try {
        task.run();
      } finally {
        if (outer.isPresent()) {
          CURRENT.set(outer);
        } else {
          CURRENT.remove();
        }
      }
    };
  }
}
