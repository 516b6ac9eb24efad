// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.PublishResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is answered for an id that is known. */
final class Duplicates {
  private Duplicates() {}

  /** The answers for those of the ids that are known and still remembered. */
  static Map<String, PublishResult> find(Connection connection, QueueTable table, List<String> ids)
      throws SQLException {
    Map<String, PublishResult> known = new HashMap<>();
    Query.of(
            table.sql(
                "SELECT id, COALESCE(due_at, died_at, ended_at) AS at_time, "
                    + StateOf.COLUMNS
                    + " FROM {message} m WHERE (forget_at IS NULL OR forget_at > {clock})"
                    + " AND id IN "))
        .in(ids)
        .list(
            connection,
            row ->
                known.put(
                    row.getString("id"),
                    new PublishResult.Duplicate(
                        StateOf.read(row), Instant.ofEpochMilli(row.getLong("at_time")))));
    return known;
  }

  /** Clears the rows of ids that nobody remembers any more. */
  static void forget(Connection connection, QueueTable table, List<String> ids)
      throws SQLException {
    if (!ids.isEmpty()) {
      Query.of(table.sql("DELETE FROM {message} WHERE forget_at <= {clock} AND id IN "))
          .in(ids)
          .update(connection);
    }
  }
}
