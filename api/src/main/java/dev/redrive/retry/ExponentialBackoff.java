// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** Multiplied by the same factor each time, up to a bound. */
record ExponentialBackoff(Duration first, Duration bound, double factor) implements Backoff {

  static final double DOUBLING = 2;

  static final double FACTOR_MAX = 1_000;

  ExponentialBackoff {
    DelayWindow.checked(first, "first");
    DelayWindow.checked(bound, "max");
    if (first.isZero()) {
      throw new IllegalArgumentException("first is 0s: nothing grows from it, say 1ms or more");
    }
    if (bound.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "max %s is shorter than first %s"
              .formatted(DurationText.format(bound), DurationText.format(first)));
    }
    if (!(factor >= 1 && factor <= FACTOR_MAX)) {
      throw new IllegalArgumentException(
          "factor is %s: it must be from 1 to %.0f".formatted(factor, FACTOR_MAX));
    }
  }

  @Override
  public Duration delay(int attempt) {
    // A double never overflows: it becomes infinite, which is more than any bound.
    double nanos = first.toNanos() * Math.pow(factor, Attempts.checked(attempt) - 1.0);
    return nanos < bound.toNanos() ? Duration.ofNanos((long) nanos) : bound;
  }

  @Override
  public Optional<Duration> max() {
    return Optional.of(bound);
  }

  @Override
  public String toString() {
    return "exponential from %s times %s to %s"
        .formatted(
            DurationText.format(first),
            BigDecimal.valueOf(factor).stripTrailingZeros().toPlainString(),
            DurationText.format(bound));
  }
}
