// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The retries that a {@link RetryBudget} has left: some come with the time, as tokens into a bucket
 * of one second; the others are earned by first attempts, and what these earned is forgotten as
 * they themselves are, half of it every seven seconds.
 */
final class RetrySupply implements Supply {
  // First attempts count for so long on average.
  private static final long FORESIGHT = Duration.ofMinutes(1).toNanos();
  private static final double MEMORY_SECONDS = 10;
  private static final double NANOS = 1e9;
  // What is missing for want of precision alone is there.
  private static final double WHOLE = 1 - 1e-6;

  private final double share;
  private final double perSecond;
  private final LongSupplier nanos;
  private long at;
  private double timely;
  private double earned;
  // First attempts, the longer ago the less.
  private double firsts;

  RetrySupply(RetryBudget budget, LongSupplier nanos) {
    this.share = budget.share();
    this.perSecond = budget.perSecond();
    this.nanos = nanos;
    this.at = nanos.getAsLong();
    this.timely = timelyMax();
  }

  private double timelyMax() {
    return Math.max(1, perSecond);
  }

  /** So many first attempts are made, or are not after all. */
  void earn(int attempts) {
    pass();
    firsts = Math.max(0, firsts + attempts);
    earned = Math.max(0, earned + attempts * share);
  }

  private void pass() {
    long now = nanos.getAsLong();
    double seconds = (now - at) / NANOS;
    at = now;
    timely = Math.min(timelyMax(), timely + seconds * perSecond);
    firsts *= Math.exp(-seconds / MEMORY_SECONDS);
    earned = Math.min(earned, firsts * share);
  }

  @Override
  public long free() {
    pass();
    return (long) (timely + earned + 1 - WHOLE);
  }

  @Override
  public void take() {
    double ofEarned = Math.min(1, earned);
    earned -= ofEarned;
    timely = Math.max(0, timely - (1 - ofEarned));
  }

  @Override
  public void used(Duration took) {
    // It is spent, however it ended.
  }

  @Override
  public void returned() {
    timely = Math.min(timelyMax(), timely + 1);
  }

  @Override
  public long nanosFor(long count) {
    pass();
    double missing = count - timely - earned;
    double rate = perSecond + share * firsts / MEMORY_SECONDS;
    return missing <= 0 ? 0 : (long) Math.ceil(missing / rate * NANOS);
  }

  @Override
  public long keptBefore() {
    return 0;
  }

  @Override
  public long foresight() {
    return FORESIGHT;
  }

  @Override
  public boolean isWhole() {
    pass();
    return timely >= timelyMax() && firsts < 1;
  }
}
