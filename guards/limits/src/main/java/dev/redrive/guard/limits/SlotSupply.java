// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import java.time.Duration;

/** Slots, each of which one attempt has while it runs. */
final class SlotSupply implements Supply {
  // How much one attempt changes what attempts are expected to take.
  private static final long FORESIGHT = Duration.ofMinutes(1).toNanos();
  private static final int MEMORY = 8;
  // Rather too short: who comes too early is told again, who comes too late leaves slots unused.
  private static final long EXPECTED_AT_FIRST = Duration.ofMillis(10).toNanos();
  private static final long KEPT_NANOS_MAX = Duration.ofSeconds(1).toNanos();
  private static final long WAIT_NANOS_MIN = Duration.ofMillis(1).toNanos();

  private final int max;
  private int taken;
  private long expected = EXPECTED_AT_FIRST;

  SlotSupply(int max) {
    this.max = max;
  }

  @Override
  public long free() {
    return (long) max - taken;
  }

  @Override
  public void take() {
    taken++;
  }

  @Override
  public void used(Duration took) {
    taken--;
    expected += (took.toNanos() - expected) / MEMORY;
  }

  @Override
  public void returned() {
    taken--;
  }

  @Override
  public long nanosFor(long count) {
    long missing = count - free();
    return missing <= 0 ? 0 : Math.max(WAIT_NANOS_MIN, missing * (expected / max));
  }

  @Override
  public long keptBefore() {
    return Math.min(KEPT_NANOS_MAX, expected);
  }

  @Override
  public long foresight() {
    return FORESIGHT;
  }

  @Override
  public boolean isWhole() {
    return taken == 0;
  }
}
