// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Tokens of a Bucket4j bucket, which runs on the gate's time. */
final class TokenSupply implements Supply {
  private static final long FORESIGHT = Duration.ofDays(1).toNanos();
  private final Bucket bucket;
  private final long burst;
  private final long interval;

  TokenSupply(RateLimit limit, LongSupplier nanos) {
    this.burst = limit.burst();
    this.interval = limit.interval();
    this.bucket =
        Bucket.builder()
            .addLimit(stage -> stage.capacity(burst).refillGreedy(limit.amount(), limit.period()))
            .withCustomTimePrecision(new GateMeter(nanos))
            // The gate's lock guards it.
            .withSynchronizationStrategy(SynchronizationStrategy.NONE)
            .build();
  }

  private record GateMeter(LongSupplier nanos) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return nanos.getAsLong();
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }

  @Override
  public long free() {
    return bucket.getAvailableTokens();
  }

  @Override
  public void take() {
    bucket.tryConsume(1);
  }

  @Override
  public void used(Duration took) {
    // Its token is spent, however it ended.
  }

  @Override
  public void returned() {
    bucket.addTokens(1);
  }

  @Override
  public long nanosFor(long count) {
    long free = free();
    if (count <= free) {
      return 0;
    }
    // Beyond what the bucket holds it cannot tell; tokens come evenly.
    long next =
        free < burst
            ? bucket.estimateAbilityToConsume(free + 1).getNanosToWaitForRefill()
            : interval;
    return next + (count - free - 1) * interval;
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
    return free() >= burst;
  }
}
