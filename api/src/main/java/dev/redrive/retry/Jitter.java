// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The random part of a delay, which keeps messages that failed together from coming back together.
 *
 * <p>Full, equal and decorrelated jitter are those of Marc Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Each kind makes a
 * window of delays from the backoff's delay, and draws from it with every delay equally likely:
 *
 * <ul>
 *   <li>none: the backoff's delay itself
 *   <li>full: 0 to delay
 *   <li>equal: delay/2 to delay
 *   <li>decorrelated: first to 3 · the previous delay; the backoff gives its first delay and its
 *       max
 *   <li>additive: delay to delay + a maximum, which is the backoff's first delay unless it is named
 * </ul>
 *
 * <p>No window exceeds the backoff's {@link Backoff#max()}. Where that would leave no room to
 * spread in, the window is moved rather than cut: additive jitter at the max draws from just under
 * it, and decorrelated jitter draws from up to the max, where the article's formula cuts what was
 * drawn and so lets most delays of a long outage fall on the max itself.
 *
 * <p>Windows wider than 100 ms are drawn from in whole milliseconds.
 */
public final class Jitter {

  private static final Jitter NONE = new Jitter(Kind.NONE, Optional.empty());
  private static final Jitter FULL = new Jitter(Kind.FULL, Optional.empty());
  private static final Jitter EQUAL = new Jitter(Kind.EQUAL, Optional.empty());
  private static final Jitter DECORRELATED = new Jitter(Kind.DECORRELATED, Optional.empty());
  private static final Jitter ADDITIVE = new Jitter(Kind.ADDITIVE, Optional.empty());

  /** How much a decorrelated delay may grow over the one before; the article's figure. */
  private static final int DECORRELATED_GROWTH = 3;

  enum Kind implements Word {
    NONE,
    FULL,
    EQUAL,
    DECORRELATED,
    ADDITIVE;

    @Override
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;
  private final Optional<Duration> most;

  private Jitter(Kind kind, Optional<Duration> most) {
    this.kind = kind;
    this.most = most;
  }

  /** No random part. */
  public static Jitter none() {
    return NONE;
  }

  /** From zero to the delay: the least load after an outage. */
  public static Jitter full() {
    return FULL;
  }

  /** From half of the delay to the delay: never at once. */
  public static Jitter equal() {
    return EQUAL;
  }

  /**
   * From the first delay to three times the previous one. Goes with a backoff that has a first
   * delay and a max, linear or exponential, and takes nothing else from it.
   */
  public static Jitter decorrelated() {
    return DECORRELATED;
  }

  /** From the delay to the delay plus the backoff's first delay. */
  public static Jitter additive() {
    return ADDITIVE;
  }

  /**
   * From the delay to the delay plus a maximum.
   *
   * @throws IllegalArgumentException for a negative maximum or one over {@link Backoff#DELAY_MAX}
   */
  public static Jitter additive(Duration max) {
    return new Jitter(Kind.ADDITIVE, Optional.of(DelayWindow.checked(max, "jitterMax")));
  }

  /**
   * A delay with its random part; for whatever retries without being a message, such as a
   * connection. For messages {@link RetryPolicy#decide} does this.
   *
   * @param backoff the delay without a random part
   * @param attempt the one that failed, from 1
   * @param previousDelay what this method gave for the attempt before, zero if there was none
   * @param random the only source of randomness
   * @return zero or more, not over the backoff's max where it has one
   * @throws IllegalArgumentException for decorrelated jitter with a backoff without a max
   */
  public Duration delay(
      Backoff backoff, int attempt, Duration previousDelay, RandomGenerator random) {
    return window(backoff, attempt, previousDelay).draw(random);
  }

  DelayWindow window(Backoff backoff, int attempt, Duration previousDelay) {
    Duration delay = DelayWindow.bounded(backoff.delay(Attempts.checked(attempt)));
    return switch (kind) {
      case NONE -> DelayWindow.at(delay);
      case FULL -> new DelayWindow(Duration.ZERO, delay);
      case EQUAL -> new DelayWindow(delay.dividedBy(2), delay);
      case DECORRELATED -> decorrelated(first(backoff), bound(backoff), previousDelay);
      case ADDITIVE -> additive(delay, first(backoff), backoff.max());
    };
  }

  private static DelayWindow decorrelated(Duration first, Duration bound, Duration previousDelay) {
    Duration previous = DelayWindow.max(first, DelayWindow.bounded(previousDelay));
    Duration latest = DelayWindow.min(bound, previous.multipliedBy(DECORRELATED_GROWTH));
    return new DelayWindow(DelayWindow.min(first, latest), latest);
  }

  private DelayWindow additive(Duration delay, Duration first, Optional<Duration> bound) {
    Duration width = most.orElse(first);
    Duration limit = bound.map(DelayWindow::bounded).orElse(Backoff.DELAY_MAX);
    Duration latest = DelayWindow.min(delay.plus(width), DelayWindow.max(limit, delay));
    Duration moved = DelayWindow.max(latest.minus(width), first);
    return new DelayWindow(DelayWindow.min(delay, moved), latest);
  }

  private static Duration first(Backoff backoff) {
    return DelayWindow.bounded(backoff.delay(1));
  }

  private static Duration bound(Backoff backoff) {
    return backoff
        .max()
        .map(DelayWindow::bounded)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "decorrelated jitter needs a backoff with a max: linear or exponential"));
  }

  /** Whether there is a window to draw from with this backoff. */
  boolean goesWith(Backoff backoff) {
    return kind != Kind.DECORRELATED || backoff.max().isPresent();
  }

  Kind kind() {
    return kind;
  }

  /** The maximum that was named for additive jitter. */
  Optional<Duration> most() {
    return most;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Jitter that && kind == that.kind && most.equals(that.most);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, most);
  }

  /** The kind in lower case, with the maximum where one was named: {@code additive 5s}. */
  @Override
  public String toString() {
    return kind.word() + most.map(m -> " " + DurationText.format(m)).orElse("");
  }
}
