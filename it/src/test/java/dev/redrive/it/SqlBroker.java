// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A database.
 *
 * @param uri what Redrive connects to
 * @param jdbcUrl where the tables are looked at, past any proxy
 */
record SqlBroker(String uri, String jdbcUrl) implements Broker {

  @Override
  public boolean marksAttempts() {
    return true;
  }

  @Override
  public boolean fences() {
    return true;
  }

  @Override
  public boolean countsAll() {
    return true;
  }

  @Override
  public long waiting(String queue) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
      long number = number(connection, "SELECT id FROM redrive_queue WHERE name = ?", queue);
      String table = "redrive_q" + number + "_" + queue.replace('-', '_');
      return number(connection, "SELECT count(*) FROM " + table + " WHERE due_at > ?", 0L);
    } catch (SQLException failure) {
      throw new AssertionError("the database cannot be asked", failure);
    }
  }

  private static long number(Connection connection, String text, Object value) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      statement.setObject(1, value);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Override
  public Duration oldest() {
    return Duration.ZERO;
  }

  @Override
  public String left() {
    return "";
  }
}
