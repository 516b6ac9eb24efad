// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;

/**
 * What happens in one stretch of time of a {@link Simulation}. The figures are expected counts.
 *
 * @param from its beginning, since the beginning of the outage
 * @param firstAttempts of new messages
 * @param retries of messages that failed before, as they become due
 * @param dead messages whose last attempt failed
 * @param waiting messages that wait for a retry at the end of this stretch
 * @param backlog attempts that are due at its end and that the dependency has not had room for yet
 */
public record LoadBucket(
    Duration from,
    double firstAttempts,
    double retries,
    double dead,
    double waiting,
    double backlog) {

  /** All attempts. */
  public double attempts() {
    return firstAttempts + retries;
  }
}
