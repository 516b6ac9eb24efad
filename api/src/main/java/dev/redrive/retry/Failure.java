// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What went wrong in an attempt.
 *
 * @param attempt the number of the attempt that failed, from 1
 * @param cause what the handler threw
 * @param at when it failed; delays count from here
 * @param deadline of the message; no attempt may start at it or later
 * @param previousDelay the delay that the policy gave before this attempt, zero if there was none;
 *     decorrelated jitter builds on it
 */
public record Failure(
    int attempt, Throwable cause, Instant at, Optional<Instant> deadline, Duration previousDelay) {

  /**
   * Checks the attempt and the delay.
   *
   * @throws IllegalArgumentException for an attempt below 1 or a negative delay
   */
  public Failure {
    Attempts.checked(attempt);
    if (previousDelay.isNegative()) {
      throw new IllegalArgumentException("previousDelay is negative: " + previousDelay);
    }
  }

  /** A failure of a message without a deadline and without a previous delay. */
  public static Failure of(int attempt, Throwable cause, Instant at) {
    return new Failure(attempt, cause, at, Optional.empty(), Duration.ZERO);
  }

  /** The same failure of a message with this deadline. */
  public Failure withDeadline(Instant value) {
    return new Failure(attempt, cause, at, Optional.of(value), previousDelay);
  }

  /** The same failure after a delay of this length. */
  public Failure withPreviousDelay(Duration value) {
    return new Failure(attempt, cause, at, deadline, value);
  }

  /** The status of the {@link HttpFailure} nearest to the top of the chain of causes. */
  public OptionalInt httpStatus() {
    return Causes.of(cause).httpStatus();
  }

  /** The state of the {@link java.sql.SQLException} nearest to the top that has one. */
  public Optional<String> sqlState() {
    return Causes.of(cause).sqlState();
  }

  /**
   * How long the failure itself asks to wait: the delay of a {@link RetryAfterException}, or else
   * that of the {@link HttpFailure} nearest to the top that names one. A policy clamps the latter.
   */
  public Optional<Duration> retryAfter() {
    Causes causes = Causes.of(cause);
    return causes.handlerDelay().or(causes::serverDelay);
  }
}
