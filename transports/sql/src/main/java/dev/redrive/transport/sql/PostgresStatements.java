// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.OutMessage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** PostgreSQL's: each is one statement, because it answers with the rows that it changed. */
final class PostgresStatements implements Statements {
  // The array says nothing new, but lets the planner come by the index in any case.
  private static final String HELD =
      " WHERE m.id = s.id AND m.id = ANY(ARRAY(SELECT id FROM s)) AND m.owner = s.owner"
          + " AND m.claim = s.claim AND m.lease_until > {clock}";
  private static final String PLAIN = "ord, id, owner, claim, number, attempts";
  private static final String PLAIN_ROW =
      "(?::int, ?::text, ?::bigint, ?::bigint, ?::bigint, ?::int";
  private static final String ENDS =
      ", told AS (INSERT INTO {tally} (queue, succeeded, cancelled, purged)"
          + " SELECT ?, count(*) FILTER (WHERE number = 2), count(*) FILTER (WHERE number = 3), 0"
          + " FROM ended HAVING count(*) > 0) SELECT ord FROM ended";

  // An array, because it is put together once: a plan that made the choice twice would lease more
  // than it returns. And because the index is then used, whatever the planner knows of the table.
  private static final String CLAIM =
      """
      UPDATE {message} m SET lease_until = {clock} + ?, owner = ?, claim = ?, begun = 0,
        attempt = m.attempt + %1$s, crashes = m.crashes + %1$s
      WHERE m.id = ANY(ARRAY(SELECT m.id FROM {message} m WHERE %2$s
        ORDER BY m.due_at, m.seq LIMIT ? FOR UPDATE OF m SKIP LOCKED))
      RETURNING 0 AS crash, %3$s\
      """;

  @Override
  public boolean isAtomic() {
    return true;
  }

  @Override
  public Set<String> insert(
      Connection connection,
      QueueTable table,
      List<OutMessage> messages,
      boolean isOrdered,
      Ticket ticket)
      throws SQLException {
    Query query =
        Query.of(table.sql("INSERT INTO {message} " + NewRow.COLUMNS + " VALUES "))
            .rows(table.sql(NewRow.ROW), NewRow.values(messages, isOrdered, ticket))
            .add(" ON CONFLICT (id) DO NOTHING RETURNING id");
    return new HashSet<>(query.list(connection, row -> row.getString(1)));
  }

  @Override
  public List<Claimed> claim(Connection connection, QueueTable table, Claim claim)
      throws SQLException {
    String text = CLAIM.formatted(Claim.CRASH, claim.condition(), Claimed.COLUMNS);
    List<Claimed> rows =
        Query.of(
                table.sql(text),
                claim.leaseMillis(),
                claim.owner(),
                claim.number(),
                claim.low(),
                claim.certainFrom(),
                claim.max())
            .list(connection, row -> Claimed.read(row, claim, true));
    rows.sort(Claimed::byTurn);
    return rows;
  }

  @Override
  public Set<SqlLease> change(
      Connection connection, QueueTable table, List<Change> changes, EndRule rule)
      throws SQLException {
    Query query = query(table, changes, rule);
    Set<SqlLease> done = new HashSet<>();
    query.list(connection, row -> done.add(changes.get(row.getInt(1)).lease()));
    return done;
  }

  private static Query query(QueueTable table, List<Change> changes, EndRule rule) {
    return switch (changes.get(0).kind()) {
      case BEGIN -> update(table, changes, "begun = 1");
      case RENEW -> update(table, changes, "lease_until = {clock} + s.number");
      case RELEASE -> update(table, changes, "lease_until = 0, begun = 0");
      case MOVE ->
          update(
              table,
              changes,
              "due_at = s.number, attempt = m.attempt + s.attempts, headers = s.headers,"
                  + " lease_until = 0, begun = 0");
      case BURY -> update(table, changes, bury(rule));
      case FORGET ->
          ended(table, changes, "DELETE FROM {message} m USING s" + HELD)
              .add(table.sql(ENDS), table.number());
      case REMEMBER ->
          ended(
                  table,
                  changes,
                  "UPDATE {message} m SET " + EndedRow.SET + " FROM s" + HELD,
                  rule.dedupMillis())
              .add(table.sql(ENDS), table.number());
    };
  }

  private static String bury(EndRule rule) {
    return "state = 1, died_at = {clock}, due_at = NULL, attempt = s.attempts, headers = s.headers,"
        + " reason = s.reason, failure = s.failure, fingerprint = s.fingerprint, lease_until = 0,"
        + " begun = 0"
        + (rule.goesOn() ? ", lane = NULL" : "");
  }

  private static Query update(QueueTable table, List<Change> changes, String set) {
    return given(changes)
        .add(table.sql(" UPDATE {message} m SET " + set + " FROM s" + HELD + " RETURNING s.ord"));
  }

  private static Query ended(
      QueueTable table, List<Change> changes, String change, Object... values) {
    return given(changes)
        .add(table.sql(", ended AS (" + change + " RETURNING s.ord, s.number)"), values);
  }

  /** The changes as a table {@code s}. */
  private static Query given(List<Change> changes) {
    Change.Kind kind = changes.get(0).kind();
    boolean hasHeaders = kind == Change.Kind.MOVE || kind == Change.Kind.BURY;
    boolean isDeath = kind == Change.Kind.BURY;
    String columns =
        PLAIN + (hasHeaders ? ", headers" : "") + (isDeath ? ", reason, failure, fingerprint" : "");
    String row =
        PLAIN_ROW
            + (hasHeaders ? ", ?::bytea" : "")
            + (isDeath ? ", ?::text, ?::bytea, ?::bytea)" : ")");
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      rows.add(values(i, changes.get(i), hasHeaders, isDeath));
    }
    return Query.of("WITH s(" + columns + ") AS (VALUES ").rows(row, rows).add(")");
  }

  private static Object[] values(int i, Change change, boolean hasHeaders, boolean isDeath) {
    List<Object> values = new ArrayList<>();
    SqlLease lease = change.lease();
    values.addAll(List.of(i, lease.id(), lease.owner(), lease.claim()));
    values.addAll(List.of(change.number(), change.attempts()));
    if (hasHeaders) {
      values.add(change.headers());
    }
    if (isDeath) {
      values.addAll(List.of(change.reason(), change.failure(), change.fingerprint()));
    }
    return values.toArray();
  }
}
