// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Replay;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Takes dead letters out from among the dead; called in the transaction that has them locked. */
final class Exhumation {
  private final SqlQueue queue;
  private final QueueTable table;
  private final Environment environment;

  Exhumation(SqlQueue queue, Environment environment) {
    this.queue = queue;
    this.table = queue.table();
    this.environment = environment;
  }

  /** Back to the queue, due at once and as it was sent. */
  void replay(Connection connection, List<Letters.Found> found) throws SQLException {
    if (found.isEmpty()) {
      return;
    }
    if (queue.isOrdered()) {
      new Lanes(table).lock(connection);
    }
    Instant now = now(connection);
    for (Letters.Found letter : found) {
      replay(connection, letter, now);
    }
  }

  private Instant now(Connection connection) throws SQLException {
    return Query.of(table.sql("SELECT {clock}"))
        .first(connection, row -> Instant.ofEpochMilli(row.getLong(1)))
        .orElseGet(() -> environment.clock().instant());
  }

  private void replay(Connection connection, Letters.Found found, Instant now) throws SQLException {
    Map<String, String> headers = Replay.headers(found.headers(), now);
    String id = found.letter().id();
    Query.of(
            table.sql(
                "UPDATE {message} SET state = 0, due_at = {clock}, died_at = NULL, attempt = 0,"
                    + " crashes = 0, reason = NULL, failure = NULL, fingerprint = NULL,"
                    + " headers = ? WHERE id = ?"),
            HeaderBytes.write(headers),
            id)
        .update(connection);
    if (queue.isOrdered() && found.letter().key().isPresent()) {
      rejoin(connection, id, found.letter().key().get());
    }
  }

  /** Others went on without it, so that it comes after those that are there. */
  private void rejoin(Connection connection, String id, String key) throws SQLException {
    boolean hasLeft =
        Query.of(table.sql("SELECT id FROM {message} WHERE id = ? AND lane IS NULL"), id)
            .first(connection, row -> row.getString(1))
            .isPresent();
    if (hasLeft) {
      long number = new Lanes(table).draw(connection);
      Query.of(table.sql("UPDATE {message} SET lane = ?, seq = ? WHERE id = ?"), key, number, id)
          .update(connection);
    }
  }

  /** Away for good; the ids are remembered as those of other messages that ended. */
  void purge(Connection connection, List<Letters.Found> found) throws SQLException {
    if (found.isEmpty()) {
      return;
    }
    List<String> ids = new ArrayList<>();
    found.forEach(each -> ids.add(each.letter().id()));
    if (queue.remembersIds()) {
      Query.of(
              table.sql(
                  "UPDATE {message} SET " + EndedRow.SET_ALL + " WHERE is_unique = 0 AND id IN "),
              MessagePlace.CANCELLED,
              0,
              queue.endRule().dedupMillis())
          .in(ids)
          .update(connection);
    }
    // Those that were just ended are no dead letters any more, and stay.
    Query.of(table.sql("DELETE FROM {message} WHERE died_at IS NOT NULL AND id IN "))
        .in(ids)
        .update(connection);
    Tally.add(connection, table, new Tally(0, 0, ids.size()));
  }
}
