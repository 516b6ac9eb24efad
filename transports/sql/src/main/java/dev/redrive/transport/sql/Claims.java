// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** Leases messages of a queue. */
final class Claims {
  private static final String NEXT_DUE =
      "SELECT min(due_at) - {now} FROM {message} WHERE due_at > {now}";

  // The due time is named for the sake of the index.
  private static final String LOST =
      "UPDATE {message} SET lease_until = 0 WHERE owner = ? AND claim = ? AND begun = 0"
          + " AND lease_until > 0 AND due_at <= {now}";

  private final Database database;
  private final QueueTable table;

  Claims(Database database, QueueTable table) {
    this.database = database;
    this.table = table;
  }

  /**
   * What a claim brought.
   *
   * @param rows the messages, the earliest due first
   * @param millisUntilDue when the next one is due; empty if none is, or if as many came as may
   */
  record Found(List<Claimed> rows, OptionalLong millisUntilDue) {}

  CompletionStage<Found> claim(Claim claim) {
    Statements statements = table.dialect().statements();
    return database.start(
        !statements.isAtomic(),
        connection -> {
          List<Claimed> rows = statements.claim(connection, table, claim);
          boolean isShort = rows.size() < claim.max();
          return new Found(rows, isShort ? nextDue(connection) : OptionalLong.empty());
        });
  }

  /**
   * Gives back what a claim leased whose answer was lost, so that nobody need wait until those
   * leases end. If the claim is done later than this, they do.
   */
  CompletionStage<Integer> giveBack(Claim claim) {
    return database.call(
        connection -> Query.of(table.sql(LOST), claim.owner(), claim.number()).update(connection));
  }

  private OptionalLong nextDue(Connection connection) throws SQLException {
    return Query.of(table.sql(NEXT_DUE))
        .list(
            connection,
            row -> {
              long millis = row.getLong(1);
              return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(millis);
            })
        .get(0);
  }
}
