// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.Optional;

/** A transaction in which a message is being taken in, or was found to have been before. */
final class Intake implements AutoCloseable {
  private static final byte[] NO_RESULT = {};

  private final Transaction transaction;
  private final Entry entry;
  private final Dialect dialect;
  private final Optional<byte[]> known;

  /** What this transaction has noted, if nothing was noted before. */
  record Entry(KeyId id, String owner, Duration ttl) {}

  private Intake(Transaction transaction, Entry entry, Dialect dialect, Optional<byte[]> known) {
    this.transaction = transaction;
    this.entry = entry;
    this.dialect = dialect;
    this.known = known;
  }

  /** Reads whose note it is that stands there, now that nobody else can change it. */
  static Intake read(Transaction transaction, Entry entry, Dialect dialect) throws SQLException {
    try (PreparedStatement statement =
        transaction
            .connection()
            .prepareStatement("SELECT owner, result FROM redrive_inbox WHERE id = ?")) {
      statement.setBytes(1, entry.id.bytes());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new SQLTransientException(
              "the note of the key " + entry.id + " was deleted meanwhile", "40001");
        }
        boolean isMine = row.getString(1).equals(entry.owner);
        byte[] result = row.getBytes(2);
        Optional<byte[]> known =
            isMine ? Optional.empty() : Optional.of(result == null ? NO_RESULT : result);
        return new Intake(transaction, entry, dialect, known);
      }
    }
  }

  /** The result of who has done it before; empty if nobody has. */
  Optional<byte[]> known() {
    return known;
  }

  Connection connection() {
    return transaction.connection();
  }

  /**
   * Commits what was done, with its result, which is kept from now on.
   *
   * @throws SQLTransientException if the transaction has ended before, and nothing stands of the
   *     note: a database may roll back a transaction that it found in the way of another one, and
   *     then take what follows for a new one
   */
  void commit(byte[] result) throws SQLException {
    try (PreparedStatement statement = connection().prepareStatement(dialect.noteDone())) {
      statement.setLong(1, Micros.of(entry.ttl));
      statement.setBytes(2, result);
      statement.setBytes(3, entry.id.bytes());
      statement.setString(4, entry.owner);
      if (statement.executeUpdate() != 1) {
        throw new SQLTransientException(
            "the transaction was rolled back before its handler returned: key " + entry.id);
      }
    }
    transaction.commit();
  }

  @Override
  public void close() {
    transaction.close();
  }
}
