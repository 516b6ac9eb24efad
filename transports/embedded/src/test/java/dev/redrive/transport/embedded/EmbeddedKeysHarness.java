// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.spi.Transport;
import dev.redrive.testkit.IdempotencyHarness;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The idempotency store of an embedded transport. */
final class EmbeddedKeysHarness implements IdempotencyHarness {
  private final EmbeddedHarness harness = new EmbeddedHarness();

  EmbeddedHarness transport() {
    return harness;
  }

  @Override
  public IdempotencyStore open() {
    return store(harness.open());
  }

  @Override
  public IdempotencyStore crash() {
    return store(harness.crash());
  }

  static IdempotencyStore store(Transport transport) {
    return transport.idempotencyStore().orElseThrow();
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public void advance(Duration by) {
    harness.advance(by);
  }

  @Override
  public <R> R await(CompletionStage<R> stage) {
    return harness.await(stage);
  }

  @Override
  public void close() {
    harness.close();
  }
}
