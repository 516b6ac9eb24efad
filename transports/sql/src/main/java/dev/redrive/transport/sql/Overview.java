// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.spi.History;
import dev.redrive.spi.WireHeaders;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is known of a queue's messages: of one, and of all. */
final class Overview {
  // One statement, so that all of it is seen at one moment.
  private static final String COUNTS =
      """
      SELECT w.waiting, w.retrying, w.running, w.oldest, t.succeeded, t.cancelled, t.purged,
        (SELECT count(*) FROM {message} WHERE died_at IS NOT NULL) AS dead
      FROM (SELECT
          COALESCE(SUM(CASE WHEN lease_until <= {now} THEN 1 ELSE 0 END), 0) AS waiting,
          COALESCE(SUM(CASE WHEN lease_until <= {now} AND attempt > 0 THEN 1 ELSE 0 END), 0)
            AS retrying,
          COALESCE(SUM(CASE WHEN lease_until > {now} THEN 1 ELSE 0 END), 0) AS running,
          MIN(CASE WHEN lease_until <= {now} AND due_at <= {now} THEN due_at END) AS oldest
        FROM {message} WHERE due_at IS NOT NULL) w,
        (SELECT COALESCE(SUM(succeeded), 0) AS succeeded, COALESCE(SUM(cancelled), 0) AS cancelled,
          COALESCE(SUM(purged), 0) AS purged FROM {tally} WHERE queue = ?) t\
      """;

  private final QueueTable table;

  Overview(QueueTable table) {
    this.table = table;
  }

  /** How many are where. What was sent is the sum, since each message is in exactly one place. */
  QueueStats counts(Connection connection) throws SQLException {
    return Query.of(table.sql(COUNTS), table.number())
        .first(connection, Overview::counts)
        .orElseThrow();
  }

  private static QueueStats counts(ResultSet row) throws SQLException {
    long waiting = row.getLong("waiting");
    long running = row.getLong("running");
    long succeeded = row.getLong("succeeded");
    long dead = row.getLong("dead");
    long purged = row.getLong("purged");
    long cancelled = row.getLong("cancelled");
    long oldest = row.getLong("oldest");
    Optional<Instant> oldestDueAt =
        row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(oldest));
    return new QueueStats(
        waiting + running + succeeded + dead + purged + cancelled,
        waiting,
        row.getLong("retrying"),
        running,
        succeeded,
        dead,
        purged,
        cancelled,
        oldestDueAt);
  }

  Optional<MessageStatus> find(Connection connection, String id) throws SQLException {
    return Query.of(
            table.sql(
                "SELECT m.id, m.begun, m.due_at, m.first_seen, m.headers, "
                    + StateOf.COLUMNS
                    + " FROM {message} m WHERE (forget_at IS NULL OR forget_at > {clock})"
                    + " AND m.id = ?"),
            id)
        .first(connection, this::status);
  }

  private MessageStatus status(ResultSet row) throws SQLException {
    MessageState state = StateOf.read(row);
    int running = state == MessageState.RUNNING ? row.getInt("begun") : 0;
    byte[] headers = row.getBytes("headers");
    return new MessageStatus(
        row.getString("id"),
        table.queue(),
        state,
        row.getInt("attempt") + running,
        state.isFinal()
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(row.getLong("due_at"))),
        Instant.ofEpochMilli(row.getLong("first_seen")),
        headers == null
            ? List.of()
            : History.parse(HeaderBytes.read(headers).getOrDefault(WireHeaders.HISTORY, "")));
  }

  /** Takes a message back that waits; called in a transaction. */
  boolean cancel(Connection connection, String id, Statements.EndRule rule) throws SQLException {
    String waits = " WHERE id = ? AND due_at IS NOT NULL AND lease_until <= {clock}";
    int changed = 0;
    if (rule.dedupMillis() > 0) {
      changed =
          Query.of(
                  table.sql("UPDATE {message} SET " + EndedRow.SET_ALL),
                  MessagePlace.CANCELLED,
                  0,
                  rule.dedupMillis())
              .add(table.sql(waits + " AND is_unique = 0"), id)
              .update(connection);
    }
    if (changed == 0) {
      // What was in somebody's hands above may wait by now: it must not be forgotten for that.
      String all = rule.dedupMillis() > 0 ? " AND is_unique = 1" : "";
      changed = Query.of(table.sql("DELETE FROM {message}" + waits + all), id).update(connection);
    }
    if (changed > 0) {
      Tally.add(connection, table, new Tally(0, 1, 0));
    }
    return changed > 0;
  }
}
