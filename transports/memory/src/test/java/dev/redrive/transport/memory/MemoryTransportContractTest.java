// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;

class MemoryTransportContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return MemoryHarness.alone();
  }
}
