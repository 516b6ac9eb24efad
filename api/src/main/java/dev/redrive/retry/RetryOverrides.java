// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.Optional;
import java.util.OptionalInt;

/** What a rule sets for its own retries; what is empty is the policy's. */
record RetryOverrides(Optional<Backoff> backoff, Optional<Jitter> jitter, OptionalInt attempts) {

  static final RetryOverrides NONE =
      new RetryOverrides(Optional.empty(), Optional.empty(), OptionalInt.empty());

  static RetryOverrides of(RetryTerms terms) {
    return NONE.withBackoff(terms.backoff())
        .withJitter(terms.jitter())
        .withAttempts(terms.attempts());
  }

  RetryOverrides withBackoff(Backoff value) {
    return new RetryOverrides(Optional.of(value), jitter, attempts);
  }

  RetryOverrides withJitter(Jitter value) {
    return new RetryOverrides(backoff, Optional.of(value), attempts);
  }

  RetryOverrides withAttempts(int value) {
    return new RetryOverrides(backoff, jitter, OptionalInt.of(value));
  }
}
