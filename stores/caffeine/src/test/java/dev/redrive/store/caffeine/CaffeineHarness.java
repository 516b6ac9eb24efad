// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.testkit.IdempotencyHarness;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** The store on virtual time, perhaps with a flaw around it. */
final class CaffeineHarness implements IdempotencyHarness {
  private static final long BYTES = 10_000_000;

  private final VirtualTime time = new VirtualTime();
  private final UnaryOperator<IdempotencyStore> flaw;

  CaffeineHarness(UnaryOperator<IdempotencyStore> flaw) {
    this.flaw = flaw;
  }

  @Override
  public IdempotencyStore open() {
    return flaw.apply(new CaffeineIdempotencyStore(BYTES, time::nanoTime));
  }

  @Override
  public IdempotencyStore crash() {
    return open();
  }

  @Override
  public boolean isDurable() {
    return false;
  }

  @Override
  public void advance(Duration by) {
    time.advance(by);
  }

  @Override
  public void close() {
    // It is garbage.
  }
}
