// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.testkit.servers.MariaServer;
import dev.redrive.testkit.servers.PostgresServer;
import dev.redrive.testkit.servers.SqlServer;
import java.util.concurrent.atomic.AtomicInteger;

/** The databases that the tests run on. */
enum TestDatabase {
  POSTGRESQL,
  MARIADB,
  H2;

  private static final AtomicInteger MEMORIES = new AtomicInteger();

  /** An empty database. */
  UrlSource newSource() {
    return new UrlSource(
        switch (this) {
          case POSTGRESQL -> newUrl(PostgresServer.shared());
          case MARIADB -> newUrl(MariaServer.shared());
          case H2 -> "jdbc:h2:mem:test_" + MEMORIES.incrementAndGet() + ";DB_CLOSE_DELAY=-1";
        });
  }

  private static String newUrl(SqlServer server) {
    return server.url(server.newDatabase());
  }
}
