// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.sql.SQLException;
import java.util.UUID;
import org.h2.tools.Server;

/** H2 in this process, reached over TCP as the others are, so that its connections can break. */
final class H2Server {
  private static final class Shared {
    static final H2Server SERVER = new H2Server();
  }

  private final Server server;

  private H2Server() {
    try {
      server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
    } catch (SQLException failure) {
      throw new AssertionError("H2 does not start", failure);
    }
  }

  static H2Server shared() {
    return Shared.SERVER;
  }

  String newDatabase() {
    return "test-" + UUID.randomUUID();
  }

  String url(String database, int port) {
    return "jdbc:h2:tcp://127.0.0.1:" + port + "/mem:" + database + ";DB_CLOSE_DELAY=-1";
  }

  int port() {
    return server.getPort();
  }
}
