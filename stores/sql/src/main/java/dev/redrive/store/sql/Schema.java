// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * The tables, made by whoever comes first. Several may try at once, and one whose tables are there
 * already needs no right to make any.
 */
final class Schema {
  /** Of the tables as this release makes and reads them. */
  private static final int VERSION = 1;

  private static final int TRIES = 5;

  private Schema() {}

  /**
   * Makes what is missing.
   *
   * @throws SqlStoreException if that cannot be, or if a later release has made them otherwise
   */
  static Database open(DataSource source) {
    try (Connection connection = source.getConnection()) {
      boolean wasAutoCommit = connection.getAutoCommit();
      connection.setAutoCommit(true);
      try {
        Dialect dialect = Dialect.of(connection);
        prepare(connection, dialect);
        return new Database(source, dialect);
      } finally {
        connection.setAutoCommit(wasAutoCommit);
      }
    } catch (SQLException failure) {
      throw new SqlStoreException("the tables cannot be prepared: " + failure, failure);
    }
  }

  private static void prepare(Connection connection, Dialect dialect) throws SQLException {
    if (version(connection) < VERSION) {
      for (String table : dialect.tables()) {
        make(connection, table);
      }
      make(connection, "CREATE TABLE IF NOT EXISTS redrive_store (version INT PRIMARY KEY)");
      note(connection);
    }
    int version = version(connection);
    if (version != VERSION) {
      throw new SqlStoreException(
          "the tables have version " + version + ", and this release knows " + VERSION);
    }
  }

  /** Zero if there are no tables, or not all of them yet. */
  private static int version(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT MAX(version) FROM redrive_store")) {
      return rows.next() ? rows.getInt(1) : 0;
    } catch (SQLException noTable) {
      // Or something else, which then fails whoever makes the table.
      return 0;
    }
  }

  // PostgreSQL looks whether a table is there and then makes it, and fails whoever was overtaken.
  private static void make(Connection connection, String table) throws SQLException {
    for (int tries = 1; ; tries++) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(table);
        return;
      } catch (SQLException overtaken) {
        if (tries == TRIES) {
          throw overtaken;
        }
      }
    }
  }

  private static void note(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("INSERT INTO redrive_store (version) VALUES (?)")) {
      statement.setInt(1, VERSION);
      statement.executeUpdate();
    } catch (SQLException failure) {
      if (version(connection) == 0) {
        throw failure;
      }
      // Somebody else has noted it.
    }
  }
}
