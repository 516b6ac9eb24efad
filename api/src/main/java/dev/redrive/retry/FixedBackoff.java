// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;

/** Always the same delay. */
record FixedBackoff(Duration delay) implements Backoff {

  FixedBackoff {
    DelayWindow.checked(delay, "first");
  }

  @Override
  public Duration delay(int attempt) {
    Attempts.checked(attempt);
    return delay;
  }

  @Override
  public String toString() {
    return "fixed " + DurationText.format(delay);
  }
}
