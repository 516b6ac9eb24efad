// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import dev.redrive.testkit.IdempotencyHarness;
import dev.redrive.testkit.IdempotencyStoreContract;
import java.util.function.UnaryOperator;

class CaffeineIdempotencyStoreContractTest extends IdempotencyStoreContract {
  @Override
  protected IdempotencyHarness newHarness() {
    return new CaffeineHarness(UnaryOperator.identity());
  }
}
