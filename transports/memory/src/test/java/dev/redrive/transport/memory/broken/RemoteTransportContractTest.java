// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;

/** A transport whose connection can be cut. */
class RemoteTransportContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return new BrokenHarness(new Remote());
  }
}
