// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.resilience4j;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * Nanoseconds that only go on, as a clock: Resilience4j measures how long it stays open by one, and
 * a wall clock that is set must change nothing in that.
 */
final class NanosClock extends Clock {
  private final LongSupplier nanos;

  NanosClock(LongSupplier nanos) {
    this.nanos = nanos;
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos(nanos.getAsLong());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("these are no times of any zone");
  }
}
