// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of a message, before attempts are counted and delays drawn.
 *
 * @param overrides of a retry
 * @param reason of a dead letter
 * @param why of a hold
 * @param time of a hold
 */
record Action(
    Then then, RetryOverrides overrides, Reason reason, String why, Optional<Duration> time) {

  static Action retry(RetryOverrides overrides) {
    return retrying(Then.RETRY, overrides);
  }

  static Action retryAfter(RetryOverrides overrides) {
    return retrying(Then.RETRY_AFTER, overrides);
  }

  static Action retrying(Then then, RetryOverrides overrides) {
    return new Action(then, overrides, Reason.ATTEMPTS_EXHAUSTED, "", Optional.empty());
  }

  static Action dead(Reason reason) {
    return new Action(Then.DEAD_LETTER, RetryOverrides.NONE, reason, "", Optional.empty());
  }

  static Action discard() {
    return new Action(
        Then.DISCARD, RetryOverrides.NONE, Reason.NOT_RETRYABLE, "", Optional.empty());
  }

  static Action hold(String why, Optional<Duration> time) {
    return new Action(Then.HOLD, RetryOverrides.NONE, Reason.NOT_RETRYABLE, why, time);
  }
}
