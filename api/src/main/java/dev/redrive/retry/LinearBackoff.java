// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Optional;

/** Longer by the same step each time, up to a bound. */
record LinearBackoff(Duration first, Duration step, Duration bound) implements Backoff {

  LinearBackoff {
    DelayWindow.checked(first, "first");
    DelayWindow.checked(step, "step");
    DelayWindow.checked(bound, "max");
    if (bound.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "max %s is shorter than first %s"
              .formatted(DurationText.format(bound), DurationText.format(first)));
    }
  }

  @Override
  public Duration delay(int attempt) {
    long steps = Attempts.checked(attempt) - 1L;
    long stepNanos = step.toNanos();
    long room = bound.minus(first).toNanos();
    // Dividing instead of multiplying keeps a late attempt from overflowing.
    if (stepNanos > 0 && steps > room / stepNanos) {
      return bound;
    }
    return first.plusNanos(steps * stepNanos);
  }

  @Override
  public Optional<Duration> max() {
    return Optional.of(bound);
  }

  @Override
  public String toString() {
    return "linear from %s by %s to %s"
        .formatted(
            DurationText.format(first), DurationText.format(step), DurationText.format(bound));
  }
}
