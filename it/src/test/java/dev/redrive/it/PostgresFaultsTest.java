// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.testkit.servers.PostgresServer;
import dev.redrive.testkit.servers.SqlServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The faults of a database, of PostgreSQL. */
class PostgresFaultsTest implements SqlFaults {
  private static PostgresServer server;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  public SqlServer server() {
    return server;
  }

  @Override
  public String uri(String database, int port) {
    return "postgresql://postgres@127.0.0.1:" + port + "/" + database + "?heartbeat=500ms";
  }
}
