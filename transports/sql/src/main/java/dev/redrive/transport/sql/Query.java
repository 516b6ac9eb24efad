// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A statement's text as it is put together, with its parameters. Not thread-safe. */
final class Query {
  private final StringBuilder text = new StringBuilder();
  private final List<Object> parameters = new ArrayList<>();

  /** Reads one row. */
  interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Begins with this text. */
  static Query of(String sql, Object... values) {
    return new Query().add(sql, values);
  }

  /** Adds text with a value for each of its question marks. */
  Query add(String sql, Object... values) {
    text.append(sql);
    Collections.addAll(parameters, values);
    return this;
  }

  /** Adds the values as a list in parentheses. */
  Query in(Collection<?> values) {
    text.append('(').append(String.join(", ", Collections.nCopies(values.size(), "?"))).append(')');
    parameters.addAll(values);
    return this;
  }

  /** Adds a row of text for each of these, separated by commas. */
  Query rows(String row, List<Object[]> rows) {
    text.append(String.join(", ", Collections.nCopies(rows.size(), row)));
    rows.forEach(values -> Collections.addAll(parameters, values));
    return this;
  }

  /** What the statement answers. */
  <T> List<T> list(Connection connection, Reader<T> reader) throws SQLException {
    try (PreparedStatement statement = prepare(connection);
        ResultSet found = statement.executeQuery()) {
      List<T> all = new ArrayList<>();
      while (found.next()) {
        all.add(reader.read(found));
      }
      return all;
    }
  }

  /** The first row of the answer, if there is one. */
  <T> Optional<T> first(Connection connection, Reader<T> reader) throws SQLException {
    return list(connection, reader).stream().findFirst();
  }

  /** Does it, and answers how many rows it changed. */
  int update(Connection connection) throws SQLException {
    try (PreparedStatement statement = prepare(connection)) {
      return statement.executeUpdate();
    }
  }

  /** Does it, and answers the number that the database gave to the row. */
  long insert(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(text.toString(), new String[] {"id"})) {
      bind(statement);
      statement.executeUpdate();
      try (ResultSet keys = statement.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    }
  }

  private PreparedStatement prepare(Connection connection) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(text.toString());
    try {
      bind(statement);
      return statement;
    } catch (SQLException | RuntimeException failure) {
      statement.close();
      throw failure;
    }
  }

  private void bind(PreparedStatement statement) throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      statement.setObject(i + 1, parameters.get(i));
    }
  }
}
