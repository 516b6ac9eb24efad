// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.UUID;

/** The table of messages that were taken in. Thread-safe. */
final class InboxTable {
  private static final int TRIES = 20;
  private static final long NANOS_OF_A_SECOND = 1_000_000_000;

  private final Database database;
  private final Sweeper sweeper;

  InboxTable(Database database) {
    this.database = database;
    this.sweeper = new Sweeper(database, "redrive_inbox", System::nanoTime);
  }

  /**
   * Begins a transaction, and notes the key in it. Waits for who has done so and has not ended yet;
   * if that is in the way of the transaction, it is begun again, for nothing was done in it.
   *
   * @throws SQLTransientException if it has waited in vain
   */
  Intake takeIn(KeyId id, InboxTerms terms) throws SQLException {
    long end = System.nanoTime() + terms.patience().toNanos();
    for (int tries = 1; ; ) {
      long left = end - System.nanoTime();
      try {
        return once(id, terms.ttl(), Duration.ofNanos(Math.max(1, left)));
      } catch (SQLException failure) {
        if (Conflict.isTimeout(failure)) {
          // Perhaps it was the database's own, which is shorter.
          giveUpAfter(end, id, failure);
        } else if (!Conflict.isOne(failure) || tries++ == TRIES) {
          throw failure;
        }
      }
    }
  }

  private static void giveUpAfter(long end, KeyId id, SQLException failure)
      throws SQLTransientException {
    if (System.nanoTime() - end >= 0) {
      throw new SQLTransientException(
          "another attempt under the key " + id + " has not ended", failure);
    }
  }

  private Intake once(KeyId id, Duration ttl, Duration patience) throws SQLException {
    Transaction transaction = Transaction.begin(database.source());
    try {
      Intake.Entry entry = new Intake.Entry(id, UUID.randomUUID().toString(), ttl);
      note(transaction.connection(), entry, patience);
      return Intake.read(transaction, entry, database.dialect());
    } catch (Throwable failure) {
      transaction.close();
      throw failure;
    }
  }

  private void note(Connection connection, Intake.Entry entry, Duration patience)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.dialect().takeIn())) {
      // In whole seconds, rounded up: none would be for ever.
      statement.setQueryTimeout((int) patience.plusNanos(NANOS_OF_A_SECOND - 1).toSeconds());
      statement.setBytes(1, entry.id().bytes());
      statement.setString(2, entry.owner());
      statement.setLong(3, Micros.of(entry.ttl()));
      statement.executeUpdate();
    }
  }

  void sweepIfDue() {
    sweeper.sweepIfDue();
  }
}
