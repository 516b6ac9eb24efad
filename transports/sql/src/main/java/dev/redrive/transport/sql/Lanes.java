// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.QueueSpec;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The lanes of an ordered queue: of each key, the messages that are in the way of those behind
 * them, by the number that the database gave them. A message is in a lane while its column {@code
 * lane} has its key.
 *
 * <p>Numbers must become visible in their order, or a message could be handed over before one of
 * its key that has a lower number. So whoever adds to the lanes of a queue holds its row in the
 * catalogue until the transaction ends.
 */
final class Lanes {
  private final QueueTable table;

  Lanes(QueueTable table) {
    this.table = table;
  }

  /** Waits until nobody else adds to the lanes; holds until the transaction ends. */
  void lock(Connection connection) throws SQLException {
    Query.of(table.sql("SELECT id FROM {queue} WHERE id = ? FOR UPDATE"), table.number())
        .list(connection, row -> row.getLong(1));
  }

  /** Begins or ceases to keep lanes, as the spec says; called in a transaction. */
  void adapt(Connection connection, QueueSpec spec) throws SQLException {
    lock(connection);
    int present =
        Query.of(table.sql("SELECT is_ordered FROM {queue} WHERE id = ?"), table.number())
            .first(connection, row -> row.getInt(1))
            .orElseThrow();
    int wanted = spec.isOrdered() ? 1 : 0;
    if (present != wanted) {
      String lane = spec.isOrdered() ? "NULLIF(msg_key, '')" : "NULL";
      Query.of(
              table.sql("UPDATE {message} SET lane = " + lane + " WHERE state IN (?, ?)"),
              MessagePlace.LIVE,
              spec.goesOn() ? MessagePlace.LIVE : MessagePlace.DEAD)
          .update(connection);
    }
    Query.of(
            table.sql("UPDATE {queue} SET is_ordered = ?, goes_on = ? WHERE id = ?"),
            wanted,
            spec.goesOn() ? 1 : 0,
            table.number())
        .update(connection);
  }

  /** Draws a number that is higher than all, and lower than those to come; called in a lock. */
  long draw(Connection connection) throws SQLException {
    // A row that is gone again leaves its number, on each database.
    Query.of(
            table.sql(
                "INSERT INTO {message} (id, msg_key, first_seen, is_unique) VALUES ('', '', 0, 1)"))
        .update(connection);
    long number =
        Query.of(table.sql("SELECT seq FROM {message} WHERE id = ''"))
            .first(connection, row -> row.getLong(1))
            .orElseThrow();
    Query.of(table.sql("DELETE FROM {message} WHERE id = ''")).update(connection);
    return number;
  }
}
