// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what is over from a table, some rows each minute in which the table is used, and at once
 * again where that was not all: a table that nobody uses does not grow. Thread-safe.
 */
final class Sweeper {
  private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
  private static final long EVERY_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int ROWS_AT_ONCE = 1_000;

  private final Database database;
  private final String table;
  private final LongSupplier nanos;
  private final AtomicLong next;

  /** One of this table, by a clock as {@link System#nanoTime}. */
  Sweeper(Database database, String table, LongSupplier nanos) {
    this.database = database;
    this.table = table;
    this.nanos = nanos;
    this.next = new AtomicLong(nanos.getAsLong());
  }

  /** Sweeps if it is time to, in this thread. Throws nothing: what is left is swept later. */
  void sweepIfDue() {
    long due = next.get();
    long now = nanos.getAsLong();
    if (now - due < 0 || !next.compareAndSet(due, now + EVERY_NANOS)) {
      return;
    }
    try {
      if (sweep() == ROWS_AT_ONCE) {
        next.set(now);
      }
    } catch (SQLException failure) {
      log.warn("what is over was not deleted from {}: {}", table, failure.toString());
    }
  }

  private int sweep() throws SQLException {
    return database.inTransaction(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(database.dialect().sweep(table))) {
            statement.setInt(1, ROWS_AT_ONCE);
            return statement.executeUpdate();
          }
        });
  }
}
