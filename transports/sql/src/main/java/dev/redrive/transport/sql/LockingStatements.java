// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.OutMessage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Those of databases whose changes do not answer with the rows: in a short transaction the rows are
 * locked and looked at, and then changed by their ids.
 */
abstract class LockingStatements implements Statements {
  private static final String CLAIM =
      "SELECT %s, %s AS crash FROM {message} m WHERE %s ORDER BY m.due_at, m.seq LIMIT ?"
          + " FOR UPDATE SKIP LOCKED";

  // The choice above sees rows that were committed while it ran, but those before them only as they
  // were when it began. This one begins later than any of them.
  private static final String STILL_FIRST = "SELECT m.id FROM {message} m WHERE m.id IN ";

  @Override
  public boolean isAtomic() {
    return false;
  }

  @Override
  public List<Claimed> claim(Connection connection, QueueTable table, Claim claim)
      throws SQLException {
    String text = CLAIM.formatted(Claimed.COLUMNS, Claim.CRASH, claim.condition());
    List<Claimed> rows =
        Query.of(table.sql(text), claim.low(), claim.certainFrom(), claim.max())
            .list(connection, row -> Claimed.read(row, claim, false));
    if (claim.isOrdered() && !rows.isEmpty()) {
      rows = stillFirst(connection, table, rows);
    }
    if (!rows.isEmpty()) {
      lease(connection, table, claim, rows);
    }
    return rows;
  }

  private static List<Claimed> stillFirst(
      Connection connection, QueueTable table, List<Claimed> rows) throws SQLException {
    Set<String> first =
        new HashSet<>(
            Query.of(table.sql(STILL_FIRST))
                .in(ids(rows))
                .add(table.sql(Claim.IS_FIRST))
                .list(connection, row -> row.getString(1)));
    return rows.stream().filter(row -> first.contains(row.id())).toList();
  }

  private static void lease(
      Connection connection, QueueTable table, Claim claim, List<Claimed> rows)
      throws SQLException {
    Query.of(
            table.sql(
                "UPDATE {message} SET lease_until = {clock} + ?, owner = ?, claim = ?, begun = 0"
                    + " WHERE id IN "),
            claim.leaseMillis(),
            claim.owner(),
            claim.number())
        .in(ids(rows))
        .update(connection);
    List<Claimed> crashed = rows.stream().filter(row -> row.crash() == 1).toList();
    if (!crashed.isEmpty()) {
      Query.of(
              table.sql(
                  "UPDATE {message} SET attempt = attempt + 1, crashes = crashes + 1 WHERE id IN "))
          .in(ids(crashed))
          .update(connection);
    }
  }

  private static List<String> ids(List<Claimed> rows) {
    return rows.stream().map(Claimed::id).toList();
  }

  /** Which of these ids were stored by the statement with this ticket. */
  static Set<String> storedBy(
      Connection connection, QueueTable table, List<OutMessage> messages, Ticket ticket)
      throws SQLException {
    return new HashSet<>(
        Query.of(
                table.sql("SELECT id FROM {message} WHERE owner = ? AND claim = ? AND id IN "),
                ticket.owner(),
                ticket.number())
            .in(messages.stream().map(OutMessage::id).toList())
            .list(connection, row -> row.getString(1)));
  }

  @Override
  public Set<SqlLease> change(
      Connection connection, QueueTable table, List<Change> changes, EndRule rule)
      throws SQLException {
    List<Change> held = held(connection, table, changes);
    if (!held.isEmpty()) {
      apply(connection, table, held, rule);
    }
    return new HashSet<>(Change.leases(held));
  }

  /** Locks the rows, and says whose leases hold. */
  private static List<Change> held(Connection connection, QueueTable table, List<Change> changes)
      throws SQLException {
    Map<String, Ticket> holders = new HashMap<>();
    Query.of(table.sql("SELECT id, owner, claim FROM {message} WHERE lease_until > {clock}"))
        .add(" AND id IN ")
        .in(Change.ids(changes))
        .add(" FOR UPDATE")
        .list(
            connection,
            row ->
                holders.put(
                    row.getString("id"), new Ticket(row.getLong("owner"), row.getLong("claim"))));
    return changes.stream()
        .filter(
            change -> {
              SqlLease lease = change.lease();
              return new Ticket(lease.owner(), lease.claim()).equals(holders.get(lease.id()));
            })
        .toList();
  }

  private static void apply(
      Connection connection, QueueTable table, List<Change> changes, EndRule rule)
      throws SQLException {
    switch (changes.get(0).kind()) {
      case BEGIN -> all(connection, table, changes, "UPDATE {message} SET begun = 1");
      case RELEASE ->
          all(connection, table, changes, "UPDATE {message} SET lease_until = 0, begun = 0");
      case RENEW -> renew(connection, table, changes);
      case MOVE -> move(connection, table, changes);
      case BURY -> bury(connection, table, changes, rule);
      case FORGET -> {
        all(connection, table, changes, "DELETE FROM {message}");
        tell(connection, table, changes);
      }
      case REMEMBER -> {
        for (int state : new int[] {MessagePlace.SUCCEEDED, MessagePlace.CANCELLED}) {
          remember(connection, table, changes, state, rule);
        }
        tell(connection, table, changes);
      }
      default -> throw new IllegalArgumentException("no such change: " + changes.get(0).kind());
    }
  }

  private static void all(
      Connection connection, QueueTable table, List<Change> changes, String text, Object... values)
      throws SQLException {
    Query.of(table.sql(text + " WHERE id IN "), values).in(Change.ids(changes)).update(connection);
  }

  private static void remember(
      Connection connection, QueueTable table, List<Change> changes, int state, EndRule rule)
      throws SQLException {
    List<Change> ended = changes.stream().filter(change -> change.number() == state).toList();
    if (!ended.isEmpty()) {
      int attempts = state == MessagePlace.SUCCEEDED ? 1 : 0;
      String text = "UPDATE {message} SET " + EndedRow.SET_ALL;
      all(connection, table, ended, text, state, attempts, rule.dedupMillis());
    }
  }

  private static void tell(Connection connection, QueueTable table, List<Change> changes)
      throws SQLException {
    long succeeded =
        changes.stream().filter(change -> change.number() == MessagePlace.SUCCEEDED).count();
    Tally.add(connection, table, new Tally(succeeded, changes.size() - succeeded, 0));
  }

  private static void renew(Connection connection, QueueTable table, List<Change> changes)
      throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    changes.forEach(change -> rows.add(new Object[] {change.number(), change.lease().id()}));
    each(connection, table, "UPDATE {message} SET lease_until = {clock} + ? WHERE id = ?", rows);
  }

  private static void move(Connection connection, QueueTable table, List<Change> changes)
      throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    for (Change change : changes) {
      rows.add(
          new Object[] {change.number(), change.attempts(), change.headers(), change.lease().id()});
    }
    String text =
        "UPDATE {message} SET due_at = ?, attempt = attempt + ?, headers = ?, lease_until = 0,"
            + " begun = 0 WHERE id = ?";
    each(connection, table, text, rows);
  }

  private static void bury(
      Connection connection, QueueTable table, List<Change> changes, EndRule rule)
      throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    for (Change change : changes) {
      rows.add(
          new Object[] {
            change.attempts(),
            change.headers(),
            change.reason(),
            change.failure(),
            change.fingerprint(),
            change.lease().id()
          });
    }
    String text =
        "UPDATE {message} SET state = 1, died_at = {clock}, due_at = NULL, attempt = ?,"
            + " headers = ?, reason = ?, failure = ?, fingerprint = ?, lease_until = 0, begun = 0"
            + (rule.goesOn() ? ", lane = NULL" : "")
            + " WHERE id = ?";
    each(connection, table, text, rows);
  }

  private static void each(
      Connection connection, QueueTable table, String text, List<Object[]> rows)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(table.sql(text))) {
      for (Object[] values : rows) {
        for (int i = 0; i < values.length; i++) {
          statement.setObject(i + 1, values[i]);
        }
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}
