// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;

/** The memory transport on a store that outlives it, as a durable one. */
class KeptMemoryTransportContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return MemoryHarness.kept();
  }
}
