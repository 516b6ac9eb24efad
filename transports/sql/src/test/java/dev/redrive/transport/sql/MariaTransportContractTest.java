// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.testkit.servers.MariaServer;

/** The contract, against a real MariaDB. */
class MariaTransportContractTest extends TransportContract {
  private static final String DATABASE = MariaServer.shared().newDatabase();

  @Override
  protected TransportHarness newHarness() {
    return SqlHarness.of(MariaServer.shared(), DATABASE);
  }
}
