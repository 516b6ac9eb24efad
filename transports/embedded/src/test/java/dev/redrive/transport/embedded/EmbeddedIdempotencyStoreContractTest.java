// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.testkit.IdempotencyHarness;
import dev.redrive.testkit.IdempotencyStoreContract;

class EmbeddedIdempotencyStoreContractTest extends IdempotencyStoreContract {
  @Override
  protected IdempotencyHarness newHarness() {
    return new EmbeddedKeysHarness();
  }
}
