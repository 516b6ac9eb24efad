// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How many messages of a queue are where. At rest, {@code sent = succeeded + dead + purged +
 * cancelled + waiting + running} (promise P1).
 *
 * @param sent accepted since the queue was made; duplicates are not counted
 * @param waiting due or not, that no attempt runs for
 * @param retrying of those waiting, the ones with a failed attempt behind them
 * @param running with an attempt under way, or handed over and about to be
 * @param succeeded processed since the queue was made
 * @param dead among the dead letters now
 * @param purged deleted from the dead letters since the queue was made
 * @param cancelled taken back since the queue was made
 * @param oldestDueAt when the message that waits longest became due; empty if none is due
 */
public record QueueStats(
    long sent,
    long waiting,
    long retrying,
    long running,
    long succeeded,
    long dead,
    long purged,
    long cancelled,
    Optional<Instant> oldestDueAt) {

  /** How long the message that waits longest has been due; zero if none is due. */
  public Duration lag(Instant now) {
    return oldestDueAt
        .map(due -> Duration.between(due, now))
        .filter(lag -> !lag.isNegative())
        .orElse(Duration.ZERO);
  }
}
