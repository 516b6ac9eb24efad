// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler that found its dependency out of order: nothing is wrong with the message,
 * and nothing else of its queue should be tried until the dependency is back.
 */
public final class HoldException extends VerdictException {

  private static final long serialVersionUID = 1L;

  /** Null for until further notice: an Optional field would not be serializable. */
  private final @Nullable Duration time;

  /**
   * A hold until a person or a breaker ends it.
   *
   * @param why for people
   */
  public HoldException(String why) {
    this(why, Optional.empty());
  }

  /**
   * A hold.
   *
   * @param why for people
   * @param time how long; empty for until a person or a breaker ends it
   * @throws IllegalArgumentException for a negative time or one over {@link Backoff#DELAY_MAX}
   */
  public HoldException(String why, Optional<Duration> time) {
    super(why, null);
    this.time = time.map(t -> DelayWindow.checked(t, "time")).orElse(null);
  }

  /** How long to hold; empty for until a person or a breaker ends it. */
  public Optional<Duration> time() {
    return Optional.ofNullable(time);
  }

  @Override
  Action action() {
    return Action.hold(message(), time());
  }

  private String message() {
    String message = getMessage();
    return message == null ? "held by the handler" : message;
  }
}
