// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a rule sets for its own retries; what is empty is the policy's.
 *
 * @param dependency what the failure is put down to, and the retries wait for
 */
record RetryOverrides(
    Optional<Backoff> backoff,
    Optional<Jitter> jitter,
    OptionalInt attempts,
    Optional<String> dependency) {

  static final RetryOverrides NONE =
      new RetryOverrides(Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty());

  static RetryOverrides of(RetryTerms terms) {
    return NONE.withBackoff(terms.backoff())
        .withJitter(terms.jitter())
        .withAttempts(terms.attempts());
  }

  RetryOverrides withBackoff(Backoff value) {
    return new RetryOverrides(Optional.of(value), jitter, attempts, dependency);
  }

  RetryOverrides withJitter(Jitter value) {
    return new RetryOverrides(backoff, Optional.of(value), attempts, dependency);
  }

  RetryOverrides withAttempts(int value) {
    return new RetryOverrides(backoff, jitter, OptionalInt.of(value), dependency);
  }

  RetryOverrides withDependency(Optional<String> value) {
    return new RetryOverrides(backoff, jitter, attempts, value);
  }
}
