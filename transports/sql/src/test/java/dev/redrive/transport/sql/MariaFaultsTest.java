// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.testkit.servers.MariaServer;
import dev.redrive.testkit.servers.SqlServer;

/** Faults and processes that share a database, on a real MariaDB. */
class MariaFaultsTest implements SqlFaultsContract {
  @Override
  public SqlServer server() {
    return MariaServer.shared();
  }
}
