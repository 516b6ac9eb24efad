// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A database, and how it is spoken to. Thread-safe. */
record Database(DataSource source, Dialect dialect) {
  private static final int TRIES = 5;

  /** What is done in one transaction, and may be done again if it was rolled back. */
  @FunctionalInterface
  interface Work<R> {
    R run(Connection connection) throws SQLException;
  }

  /** Runs it, again if another transaction was in its way. */
  <R> R inTransaction(Work<R> work) throws SQLException {
    for (int tries = 1; ; tries++) {
      try {
        return once(work);
      } catch (SQLException failure) {
        if (tries == TRIES || !Conflict.isOne(failure)) {
          throw failure;
        }
      }
    }
  }

  private <R> R once(Work<R> work) throws SQLException {
    try (Transaction transaction = Transaction.begin(source)) {
      R result = work.run(transaction.connection());
      transaction.commit();
      return result;
    }
  }
}
