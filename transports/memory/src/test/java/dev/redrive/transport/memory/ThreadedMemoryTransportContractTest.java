// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;

/** The memory transport with real threads, which may meet at any place. */
class ThreadedMemoryTransportContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return MemoryHarness.threaded();
  }
}
