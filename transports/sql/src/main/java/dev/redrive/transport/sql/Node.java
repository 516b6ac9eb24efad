// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * This transport among all that share the database: a number that no other has or had, and a row
 * that says when it was last alive. Whoever finds a lease that has ended tells by it whether the
 * attempt's process died or was only late ({@link Claim#CRASH}). Thread-safe.
 *
 * <p><b>Crash points.</b> Nobody takes the row away when the process dies; it is cleared up by
 * another process long after. One that stood still for so long finds its row gone and makes it
 * anew, under the same number.
 */
final class Node {
  private static final int BEATS = 5;

  /** Rows of the dead are kept so much longer than the longest lease is likely to be. */
  private static final Duration KEPT = Duration.ofDays(7);

  private final Tables tables;
  private final Dialect dialect;
  private final long aliveMillis;
  private final long number;
  private final AtomicLong claims = new AtomicLong();
  private volatile boolean isAlone;
  // By the server's clock. Only the thread of the heartbeats writes them.
  private volatile long certainFrom;
  private volatile long lastBeat;

  private Node(Tables tables, Dialect dialect, Duration heartbeat, long number) {
    this.tables = tables;
    this.dialect = dialect;
    this.aliveMillis = Millis.of(heartbeat.multipliedBy(BEATS));
    this.number = number;
  }

  static Node register(Connection connection, Tables tables, Dialect dialect, Duration heartbeat)
      throws SQLException {
    long alive = Millis.of(heartbeat.multipliedBy(BEATS));
    String insert = "INSERT INTO {node} (seen_at, alive_until) VALUES ({clock}, {clock} + ?)";
    long number = Query.of(tables.sql(insert, dialect), alive).insert(connection);
    Node node = new Node(tables, dialect, heartbeat, number);
    node.lastBeat =
        Query.of(tables.sql("SELECT seen_at FROM {node} WHERE id = ?", dialect), number)
            .first(connection, row -> row.getLong(1))
            .orElseThrow();
    return node;
  }

  long number() {
    return number;
  }

  /** The sign of a statement that no other has. */
  Statements.Ticket ticket() {
    return new Statements.Ticket(number, claims.incrementAndGet());
  }

  /** Says that this process is alive. */
  void beat(Connection connection) throws SQLException {
    String update = "UPDATE {node} SET seen_at = {clock}, alive_until = {clock} + ? WHERE id = ?";
    if (Query.of(sql(update), aliveMillis, number).update(connection) == 0) {
      Query.of(
              sql("INSERT INTO {node} (id, seen_at, alive_until) VALUES (?, {clock}, {clock} + ?)"),
              number,
              aliveMillis)
          .update(connection);
    }
    Query.of(
            sql("SELECT count(*), {now} FROM {node} WHERE alive_until > {now} AND id <> ?"), number)
        .first(
            connection,
            row -> {
              isAlone = row.getLong(1) == 0;
              seen(row.getLong(2));
              return true;
            });
  }

  /**
   * After a time in which nobody could say that he lives, the others have until then to say it.
   * Their tries are as far apart as those of {@link Keeper}.
   */
  private void seen(long now) {
    if (now - lastBeat > aliveMillis) {
      certainFrom = now + aliveMillis + Millis.of(Keeper.PAUSE_MAX);
    }
    lastBeat = now;
  }

  /** From when on by the server's clock who has not been seen may be taken for dead. */
  long certainFrom() {
    return certainFrom;
  }

  /** True if no other process was alive at the last heartbeat. */
  boolean isAlone() {
    return isAlone;
  }

  /** Takes the row away; called when no lease is left. */
  void leave(Connection connection) throws SQLException {
    Query.of(sql("DELETE FROM {node} WHERE id = ?"), number).update(connection);
  }

  /** Takes the rows away of those that died long ago. */
  void clear(Connection connection) throws SQLException {
    Query.of(sql("DELETE FROM {node} WHERE alive_until < {now} - ?"), KEPT.toMillis())
        .update(connection);
  }

  private String sql(String template) {
    return tables.sql(template, dialect);
  }
}
