// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.idempotency.Begun;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of keys. Each method puts calls of one kind, whose keys are all different and in order,
 * in one transaction, and gives their answers in the same order.
 *
 * <p>A statement changes a key if the rules allow it, and no matter whether it did, the row is read
 * back in the same transaction, by which it is locked: what stands there then is the answer. Counts
 * of changed rows are not asked for, because what drivers tell of batches differs. Since keys are
 * in order, and a transaction has one kind of change, transactions do not lock each other out.
 */
final class KeyTable {
  private static final byte[] NO_RESULT = {};

  private final Database database;

  KeyTable(Database database) {
    this.database = database;
  }

  List<Begun> begin(List<KeyCall> calls) throws SQLException {
    return database.inTransaction(
        connection -> {
          change(connection, database.dialect().begin(), calls, KeyTable::bindSpan);
          Map<KeyId, KeyRow> rows = read(connection, calls, true);
          return calls.stream().map(call -> begun(call, rows)).toList();
        });
  }

  private static Begun begun(KeyCall call, Map<KeyId, KeyRow> rows) {
    KeyRow row = rows.get(call.id());
    if (row == null) {
      // Another one held it, and freed it after that: the call may be made again.
      return new Begun.Busy(Micros.left(1));
    }
    if (row.isDone()) {
      return new Begun.Done(row.result());
    }
    return row.owner().equals(call.owner())
        ? new Begun.New(call.owner())
        : new Begun.Busy(Micros.left(row.leftMicros()));
  }

  List<Boolean> renew(List<KeyCall> calls) throws SQLException {
    return database.inTransaction(
        connection -> {
          change(connection, database.dialect().renew(), calls, KeyTable::bindRenewal);
          Map<KeyId, KeyRow> rows = read(connection, calls, false);
          return calls.stream().map(call -> isHeld(rows, call)).toList();
        });
  }

  List<Boolean> complete(List<KeyCall> calls) throws SQLException {
    return database.inTransaction(
        connection -> {
          change(connection, database.dialect().complete(), calls, KeyTable::bindResult);
          Map<KeyId, KeyRow> rows = read(connection, calls, false);
          return calls.stream().map(call -> isDone(rows, call)).toList();
        });
  }

  /** One by one: of what is gone nothing can be read back. */
  List<Boolean> release(List<KeyCall> calls) throws SQLException {
    return database.inTransaction(
        connection -> {
          List<Boolean> answers = new ArrayList<>();
          try (PreparedStatement statement =
              connection.prepareStatement(database.dialect().release())) {
            for (KeyCall call : calls) {
              bind(statement, call);
              answers.add(statement.executeUpdate() == 1);
            }
          }
          return answers;
        });
  }

  private static boolean isHeld(Map<KeyId, KeyRow> rows, KeyCall call) {
    KeyRow row = rows.get(call.id());
    return row != null && row.isHeldBy(call.owner());
  }

  private static boolean isDone(Map<KeyId, KeyRow> rows, KeyCall call) {
    KeyRow row = rows.get(call.id());
    return row != null && row.isDoneBy(call.owner());
  }

  @FunctionalInterface
  private interface Binding {
    void bind(PreparedStatement statement, KeyCall call) throws SQLException;
  }

  private static void bind(PreparedStatement statement, KeyCall call) throws SQLException {
    statement.setBytes(1, call.id().bytes());
    statement.setString(2, call.owner());
  }

  private static void bindSpan(PreparedStatement statement, KeyCall call) throws SQLException {
    bind(statement, call);
    statement.setLong(3, call.micros());
  }

  private static void bindResult(PreparedStatement statement, KeyCall call) throws SQLException {
    bindSpan(statement, call);
    statement.setBytes(4, call.result());
  }

  private static void bindRenewal(PreparedStatement statement, KeyCall call) throws SQLException {
    statement.setLong(1, call.micros());
    statement.setBytes(2, call.id().bytes());
    statement.setString(3, call.owner());
  }

  private static void change(
      Connection connection, String change, List<KeyCall> calls, Binding binding)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(change)) {
      for (KeyCall call : calls) {
        binding.bind(statement, call);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private Map<KeyId, KeyRow> read(Connection connection, List<KeyCall> calls, boolean withResults)
      throws SQLException {
    Map<KeyId, KeyRow> rows = new HashMap<>();
    String read = database.dialect().read(calls.size(), withResults);
    try (PreparedStatement statement = connection.prepareStatement(read)) {
      for (int i = 0; i < calls.size(); i++) {
        statement.setBytes(i + 1, calls.get(i).id().bytes());
      }
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          rows.put(KeyId.read(found.getBytes(1)), row(found));
        }
      }
    }
    return rows;
  }

  private static KeyRow row(ResultSet found) throws SQLException {
    byte[] result = found.getBytes(5);
    return new KeyRow(
        found.getString(2),
        found.getBoolean(3),
        found.getLong(4),
        result == null ? NO_RESULT : result);
  }
}
