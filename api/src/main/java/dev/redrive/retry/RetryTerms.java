// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;

/** How retries go: with these delays, and this many attempts in all. */
record RetryTerms(Backoff backoff, Jitter jitter, int attempts) {

  RetryTerms with(RetryOverrides overrides) {
    return overrides.equals(RetryOverrides.NONE)
        ? this
        : new RetryTerms(
            overrides.backoff().orElse(backoff),
            overrides.jitter().orElse(jitter),
            overrides.attempts().orElse(attempts));
  }

  DelayWindow window(Failure failure) {
    return window(failure.attempt(), failure.previousDelay());
  }

  DelayWindow window(int attempt, Duration previousDelay) {
    return jitter.window(backoff, attempt, previousDelay);
  }

  /** How far messages that must not come sooner than a given time are spread behind it. */
  Duration spread() {
    return jitter.kind() == Jitter.Kind.NONE
        ? Duration.ZERO
        : DelayWindow.bounded(backoff.delay(1));
  }
}
