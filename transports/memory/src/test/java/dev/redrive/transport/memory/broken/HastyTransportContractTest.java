// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;

/** A transport that leaves short delays to the engine, and hands over what it kept long enough. */
class HastyTransportContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return new BrokenHarness(new Hasty());
  }
}
