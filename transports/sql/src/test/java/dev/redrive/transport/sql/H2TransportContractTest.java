// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;

/** The contract, against a real H2. */
class H2TransportContractTest extends TransportContract {
  private static final String DATABASE = H2Server.shared().newDatabase();

  @Override
  protected TransportHarness newHarness() {
    return new SqlHarness(H2Server.shared().port(), port -> H2Server.shared().url(DATABASE, port));
  }
}
