// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;

class EmbeddedTransportContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return new EmbeddedHarness();
  }
}
