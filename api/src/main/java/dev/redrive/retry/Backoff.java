// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long to wait before the next attempt, before {@link Jitter} is laid over it.
 *
 * <p>An implementation is a pure function, safe for any number of threads. Those that the factories
 * below make are values: they have equality, can be written as configuration, and do not overflow
 * for any attempt.
 */
@FunctionalInterface
public interface Backoff {

  /** The longest delay that any backoff may name; a longer one is cut to it. */
  Duration DELAY_MAX = Duration.ofDays(3_650);

  /**
   * The delay after an attempt.
   *
   * @param attempt the one that failed, from 1
   * @return zero or more
   */
  Duration delay(int attempt);

  /** The bound that jitter may not exceed either; empty where the backoff names none. */
  default Optional<Duration> max() {
    return Optional.empty();
  }

  /**
   * Always the same delay.
   *
   * @throws IllegalArgumentException for a negative delay or one over {@link #DELAY_MAX}
   */
  static Backoff fixed(Duration delay) {
    return new FixedBackoff(delay);
  }

  /**
   * One delay after another; the last repeats.
   *
   * @param delays 1 to 1,000 of them
   * @throws IllegalArgumentException for a negative delay, one over {@link #DELAY_MAX}, or a list
   *     that is empty or too long
   */
  static Backoff list(List<Duration> delays) {
    return new ListBackoff(delays);
  }

  /** One delay after another, see {@link #list(List)}. */
  static Backoff list(Duration... delays) {
    return new ListBackoff(List.of(delays));
  }

  /** Longer by the first delay each time: {@link #linear(Duration, Duration, Duration)}. */
  static Backoff linear(Duration first, Duration max) {
    return new LinearBackoff(first, first, max);
  }

  /**
   * Longer by the same step each time: first, first + step, first + 2 step, up to max.
   *
   * @throws IllegalArgumentException for a negative duration or a max shorter than first
   */
  static Backoff linear(Duration first, Duration step, Duration max) {
    return new LinearBackoff(first, step, max);
  }

  /** Doubled each time: {@link #exponential(Duration, Duration, double)}. */
  static Backoff exponential(Duration first, Duration max) {
    return new ExponentialBackoff(first, max, ExponentialBackoff.DOUBLING);
  }

  /**
   * Multiplied each time: first, first · factor, first · factor², up to max.
   *
   * @param factor from 1 to 1,000
   * @throws IllegalArgumentException for a first delay of zero or less, a max shorter than first,
   *     or a factor outside its bounds
   */
  static Backoff exponential(Duration first, Duration max, double factor) {
    return new ExponentialBackoff(first, max, factor);
  }
}
