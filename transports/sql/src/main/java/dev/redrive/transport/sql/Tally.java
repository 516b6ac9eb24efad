// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * How many messages ended in which way. Each batch adds a row, in the transaction that ended them;
 * a queue's counts are the sum of its rows, which are put together now and then. So no two
 * settlements wait for one row, and none finds a long chain of its versions.
 *
 * @param succeeded how many succeeded
 * @param cancelled how many were cancelled or discarded
 * @param purged how many were deleted from the dead letters
 */
record Tally(long succeeded, long cancelled, long purged) {

  /** Adds these to the queue's counts. */
  static void add(Connection connection, QueueTable table, Tally more) throws SQLException {
    Query.of(
            table.sql(
                "INSERT INTO {tally} (queue, succeeded, cancelled, purged) VALUES (?, ?, ?, ?)"),
            table.number(),
            more.succeeded(),
            more.cancelled(),
            more.purged())
        .update(connection);
  }

  /**
   * Puts rows of the queue together.
   *
   * @param max how many at most, so that nobody waits long
   * @return how many there were of so many
   */
  static int fold(Connection connection, QueueTable table, int max) throws SQLException {
    var rows =
        Query.of(
                table.sql(
                    "SELECT id, succeeded, cancelled, purged FROM {tally} WHERE queue = ?"
                        + " ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED"),
                table.number(),
                max)
            .list(
                connection,
                row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)});
    if (rows.size() < 2) {
      return rows.size();
    }
    Query.of(table.sql("DELETE FROM {tally} WHERE id IN "))
        .in(rows.stream().map(row -> row[0]).toList())
        .update(connection);
    add(
        connection,
        table,
        new Tally(
            rows.stream().mapToLong(row -> row[1]).sum(),
            rows.stream().mapToLong(row -> row[2]).sum(),
            rows.stream().mapToLong(row -> row[3]).sum()));
    return rows.size();
  }
}
