// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.testkit.servers.PostgresServer;

/** The contract, against a real PostgreSQL. */
class PostgresTransportContractTest extends TransportContract {
  private static final String DATABASE = PostgresServer.shared().newDatabase();

  @Override
  protected TransportHarness newHarness() {
    return SqlHarness.of(PostgresServer.shared(), DATABASE);
  }
}
