// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.TransportException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Locale;

/** Which dialect a server speaks; asked of itself, since one driver may lead to several. */
final class Dialects {
  private Dialects() {}

  /**
   * The dialect of the server.
   *
   * @throws TransportException if there is none, or the server is too old
   */
  static Dialect of(Connection connection) throws SQLException {
    DatabaseMetaData server = connection.getMetaData();
    String product = server.getDatabaseProductName().toLowerCase(Locale.ROOT);
    boolean isMariaDb =
        product.contains("mariadb")
            || server.getDatabaseProductVersion().toLowerCase(Locale.ROOT).contains("mariadb");
    int major = server.getDatabaseMajorVersion();
    int minor = server.getDatabaseMinorVersion();
    if (product.contains("postgres")) {
      return atLeast(new PostgresDialect(), major, minor, 12, 0);
    }
    if (isMariaDb) {
      return atLeast(new MariaDialect(true), major, minor, 10, 6);
    }
    if (product.contains("mysql")) {
      return atLeast(new MariaDialect(false), major, minor, 8, 0);
    }
    if (product.equals("h2")) {
      return atLeast(new H2Dialect(), major, minor, 2, 2);
    }
    throw new TransportException(
        "the SQL transport does not know " + product + "; use PostgreSQL, MariaDB or MySQL");
  }

  private static Dialect atLeast(
      Dialect dialect, int major, int minor, int neededMajor, int neededMinor) {
    if (major < neededMajor || (major == neededMajor && minor < neededMinor)) {
      throw new TransportException(
          "%s %d.%d cannot skip rows that others have locked, or is not tried; use %d.%d or later"
              .formatted(dialect.name(), major, minor, neededMajor, neededMinor));
    }
    return dialect;
  }
}
