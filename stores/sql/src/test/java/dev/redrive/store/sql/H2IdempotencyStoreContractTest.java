// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.testkit.IdempotencyHarness;
import dev.redrive.testkit.IdempotencyStoreContract;

class H2IdempotencyStoreContractTest extends IdempotencyStoreContract {
  @Override
  protected IdempotencyHarness newHarness() {
    return new SqlKeysHarness(TestDatabase.H2.newSource());
  }
}
