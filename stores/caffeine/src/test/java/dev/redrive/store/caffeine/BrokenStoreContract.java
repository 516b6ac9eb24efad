// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.testkit.IdempotencyHarness;
import dev.redrive.testkit.IdempotencyStoreContract;
import java.util.function.UnaryOperator;

/** The contract on the store that {@link BrokenStoresTest} has in hand. */
class BrokenStoreContract extends IdempotencyStoreContract {
  private static final ThreadLocal<UnaryOperator<IdempotencyStore>> IN_HAND =
      ThreadLocal.withInitial(UnaryOperator::identity);

  static void take(UnaryOperator<IdempotencyStore> flaw) {
    IN_HAND.set(flaw);
  }

  static void putBack() {
    IN_HAND.remove();
  }

  @Override
  protected IdempotencyHarness newHarness() {
    return new CaffeineHarness(IN_HAND.get());
  }
}
