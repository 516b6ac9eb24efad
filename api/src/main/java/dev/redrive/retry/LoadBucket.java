// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;

/**
 * What happens in one stretch of time of a {@link Simulation}. The figures are expected counts.
 *
 * @param from its beginning, since the beginning of the outage
 * @param firstAttempts of new messages
 * @param retries of messages that failed before
 * @param dead messages whose last attempt failed
 */
public record LoadBucket(Duration from, double firstAttempts, double retries, double dead) {

  /** All attempts. */
  public double attempts() {
    return firstAttempts + retries;
  }
}
