// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;

/** What the tests of this package have in common. */
final class Failures {

  static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

  private Failures() {}

  static Failure of(Throwable cause) {
    return Failure.of(1, cause, AT);
  }

  static Failure of(int attempt, Throwable cause) {
    return Failure.of(attempt, cause, AT);
  }

  static HttpStatusException status(int status) {
    return new HttpStatusException(status, "POST /orders");
  }

  static HttpStatusException status(int status, Duration retryAfter) {
    return new HttpStatusException(status, "POST /orders", Optional.of(retryAfter));
  }

  static Verdict decide(RetryPolicy policy, Failure failure) {
    return policy.decide(failure, new SplittableRandom(7));
  }

  static Verdict decide(RetryPolicy policy, Throwable cause) {
    return decide(policy, of(cause));
  }

  static Duration delay(Verdict verdict) {
    return verdict.fold(
        Verdict.Retry::delay,
        other -> notARetry(other),
        other -> notARetry(other),
        other -> notARetry(other));
  }

  private static Duration notARetry(Verdict verdict) {
    throw new AssertionError("not a retry: " + verdict);
  }
}
