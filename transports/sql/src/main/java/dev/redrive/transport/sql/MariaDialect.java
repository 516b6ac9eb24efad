// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.Capabilities.Durability;
import dev.redrive.spi.OutMessage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** MariaDB 10.6 and later, and MySQL 8.0.1 and later: those that can skip locked rows. */
final class MariaDialect implements Dialect {
  private static final String MILLIS =
      "TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', %s) DIV 1000";
  private static final String SCHEMA_LOCK = "redrive-schema";
  private static final int LOCK_SECONDS = 60;

  private final boolean isMariaDb;
  private final Statements statements = new MariaStatements();

  /**
   * @param isMariaDb false for MySQL, which names a collation differently
   */
  MariaDialect(boolean isMariaDb) {
    this.isMariaDb = isMariaDb;
  }

  @Override
  public String name() {
    return isMariaDb ? "MariaDB" : "MySQL";
  }

  @Override
  public String now() {
    return "(" + MILLIS.formatted("UTC_TIMESTAMP(3)") + ")";
  }

  @Override
  public String clock() {
    return now();
  }

  @Override
  public String numbered() {
    return "bigint NOT NULL AUTO_INCREMENT";
  }

  // Other collations hold texts for the same that differ in a space at the end.
  @Override
  public String text(int characters) {
    return "varchar(%d) CHARACTER SET utf8mb4 COLLATE %s"
        .formatted(characters, isMariaDb ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin");
  }

  @Override
  public String bytes() {
    return "longblob";
  }

  /** Rows lie in the order of their primary key, so that is their number, and not the id. */
  @Override
  public List<String> messageTable(String table) {
    String create =
        MessageDdl.create(this, table)
            .replace(
                "PRIMARY KEY (id))",
                "PRIMARY KEY (seq), UNIQUE KEY id (id), KEY due (due_at, seq), KEY lane (lane,"
                    + " seq), KEY dead (died_at, seq), KEY forget (forget_at)) ENGINE = InnoDB");
    return List.of(create);
  }

  // Statements that change the schema commit by themselves, so the lock is the connection's.
  @Override
  public void lockSchema(Connection connection) throws SQLException {
    int got =
        Query.of("SELECT GET_LOCK(?, ?)", SCHEMA_LOCK, LOCK_SECONDS)
            .first(connection, row -> row.getInt(1))
            .orElse(0);
    if (got != 1) {
      throw new SQLException("another process changes Redrive's tables, for a minute already");
    }
  }

  @Override
  public void unlockSchema(Connection connection) throws SQLException {
    Query.of("SELECT RELEASE_LOCK(?)", SCHEMA_LOCK).list(connection, row -> row.getInt(1));
  }

  @Override
  public Durability durability(Connection connection) throws SQLException {
    boolean isLogged = setting(connection, "log_bin") == 1;
    boolean isForced =
        setting(connection, "innodb_flush_log_at_trx_commit") == 1
            && (!isLogged || setting(connection, "sync_binlog") == 1);
    return isForced ? Durability.POWER_CUT : Durability.PROCESS_CRASH;
  }

  private static int setting(Connection connection, String name) throws SQLException {
    return Query.of("SELECT @@GLOBAL." + name).first(connection, row -> row.getInt(1)).orElse(0);
  }

  @Override
  public Statements statements() {
    return statements;
  }

  private static final class MariaStatements extends LockingStatements {
    @Override
    public Set<String> insert(
        Connection connection,
        QueueTable table,
        List<OutMessage> messages,
        boolean isOrdered,
        Ticket ticket)
        throws SQLException {
      // How many rows it changed says nothing: that depends on how the connection was opened.
      Query.of(table.sql("INSERT INTO {message} " + NewRow.COLUMNS + " VALUES "))
          .rows(table.sql(NewRow.ROW), NewRow.values(messages, isOrdered, ticket))
          .add(
              " ON DUPLICATE KEY UPDATE {message}.id = {message}.id"
                  .replace("{message}", table.name()))
          .update(connection);
      return storedBy(connection, table, messages, ticket);
    }
  }
}
