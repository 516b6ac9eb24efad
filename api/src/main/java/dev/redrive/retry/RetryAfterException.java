// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;

/**
 * Thrown by a handler that knows when another attempt makes sense.
 *
 * <p>The attempt counts. The next one starts no sooner than the delay says, and at most the
 * backoff's first delay later, which spreads messages that all were given the same delay. The delay
 * is the handler's own, so {@link RetryPolicy#retryAfterMax()} does not cut it.
 */
public final class RetryAfterException extends VerdictException {

  private static final long serialVersionUID = 1L;

  private final Duration delay;

  /**
   * A wish for a later attempt.
   *
   * @param delay from now on, zero or more, at most {@link Backoff#DELAY_MAX}
   * @param why for people
   * @throws IllegalArgumentException for a delay outside these bounds
   */
  public RetryAfterException(Duration delay, String why) {
    super(why, null);
    this.delay = DelayWindow.checked(delay, "delay");
  }

  /**
   * A wish for a later attempt for which an exception is to blame.
   *
   * @param delay from now on, zero or more, at most {@link Backoff#DELAY_MAX}
   * @param why for people
   * @param cause what the handler caught
   * @throws IllegalArgumentException for a delay outside these bounds
   */
  public RetryAfterException(Duration delay, String why, Throwable cause) {
    super(why, cause);
    this.delay = DelayWindow.checked(delay, "delay");
  }

  /** The least time until the next attempt. */
  public Duration delay() {
    return delay;
  }

  @Override
  Action action() {
    return Action.retryAfter(RetryOverrides.NONE);
  }
}
