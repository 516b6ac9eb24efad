// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction on a connection of its own. Closing it gives the connection back as it came, and
 * rolls back what was not committed.
 */
final class Transaction implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Transaction.class);

  private final Connection connection;
  private final boolean wasAutoCommit;
  private boolean isOver;

  private Transaction(Connection connection) throws SQLException {
    this.connection = connection;
    this.wasAutoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
  }

  static Transaction begin(DataSource source) throws SQLException {
    Connection connection = source.getConnection();
    try {
      return new Transaction(connection);
    } catch (Throwable failure) {
      close(connection);
      throw failure;
    }
  }

  Connection connection() {
    return connection;
  }

  /** If this fails, it may have been committed or not. */
  void commit() throws SQLException {
    connection.commit();
    isOver = true;
  }

  // What fails here fails after the outcome is known, and so is not told to anybody who asked for
  // it.
  @Override
  public void close() {
    try {
      if (!isOver) {
        connection.rollback();
      }
      if (wasAutoCommit) {
        connection.setAutoCommit(true);
      }
    } catch (SQLException broken) {
      log.debug("a transaction's connection is broken; its server rolls it back", broken);
    } finally {
      close(connection);
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException broken) {
      log.debug("a connection could not be closed", broken);
    }
  }
}
