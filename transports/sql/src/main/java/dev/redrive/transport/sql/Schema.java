// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.TransportException;
import dev.redrive.spi.QueueSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Makes the tables, and brings older ones to the present version.
 *
 * <p>Processes of this release and of the one before may run side by side while it is rolled out.
 * So a later version only ever adds what the earlier ones do not see: tables, and columns with
 * defaults. Each version says from which one on a release can work with it; a release that is older
 * than that is refused.
 *
 * <p><b>Crash points.</b> Each step finds what is there already, so that one that was broken off is
 * repeated; the version is written last.
 */
final class Schema {
  /** What this release makes. */
  private static final int VERSION = 1;

  /** The oldest release that can work with it. */
  private static final int READABLE_FROM = 1;

  private static final int NAME_MAX = 200;

  private final Dialect dialect;
  private final Tables tables;

  Schema(Dialect dialect, Tables tables) {
    this.dialect = dialect;
    this.tables = tables;
  }

  /**
   * Makes the tables that all queues share.
   *
   * @throws TransportException if a later release made them
   */
  void prepare(Connection connection) throws SQLException {
    locked(
        connection,
        () -> {
          run(connection, sharedTables());
          check(connection);
          if (newest(connection) < VERSION) {
            query(
                    "INSERT INTO {schema} (version, readable_from, applied_at) VALUES (?, ?,"
                        + " {clock})")
                .add("", VERSION, READABLE_FROM)
                .update(connection);
          }
        });
  }

  Dialect dialect() {
    return dialect;
  }

  private interface Step {
    void run() throws SQLException;
  }

  private void locked(Connection connection, Step step) throws SQLException {
    dialect.lockSchema(connection);
    try {
      step.run();
    } finally {
      dialect.unlockSchema(connection);
    }
  }

  private List<String> sharedTables() {
    String numbered = "id " + dialect.numbered() + ", ";
    return List.of(
        "CREATE TABLE IF NOT EXISTS {schema} (version int NOT NULL PRIMARY KEY,"
            + " readable_from int NOT NULL, applied_at bigint NOT NULL)",
        "CREATE TABLE IF NOT EXISTS {queue} ("
            + numbered
            + "name "
            + dialect.text(NAME_MAX)
            + " NOT NULL UNIQUE, version int NOT NULL, is_ordered smallint NOT NULL, goes_on"
            + " smallint NOT NULL, PRIMARY KEY (id))",
        "CREATE TABLE IF NOT EXISTS {node} ("
            + numbered
            + "seen_at bigint NOT NULL, alive_until bigint NOT NULL, PRIMARY KEY (id))",
        "CREATE TABLE IF NOT EXISTS {tally} ("
            + numbered
            + "queue bigint NOT NULL, succeeded bigint NOT NULL, cancelled bigint NOT NULL,"
            + " purged bigint NOT NULL, PRIMARY KEY (id))");
  }

  private void check(Connection connection) throws SQLException {
    int needed =
        query("SELECT max(readable_from) FROM {schema}")
            .first(connection, row -> row.getInt(1))
            .orElse(0);
    if (needed > VERSION) {
      throw new TransportException(
          "the tables of Redrive in this database are of a later release (version "
              + newest(connection)
              + "), and this one knows version "
              + VERSION
              + "; run that release, or give this one tables of its own with another prefix");
    }
  }

  private int newest(Connection connection) throws SQLException {
    return query("SELECT max(version) FROM {schema}")
        .first(connection, row -> row.getInt(1))
        .orElse(0);
  }

  /** True if the tables that all queues share are there, in a version that this release knows. */
  boolean isPrepared(Connection connection) {
    try {
      check(connection);
      return newest(connection) >= VERSION;
    } catch (SQLException absent) {
      // Most likely they are not there; whatever else it is, making them tells.
      return false;
    }
  }

  /** Makes the queue's table, or adapts it to the spec. Called in a transaction. */
  QueueTable provision(Connection connection, QueueSpec spec) throws SQLException {
    Optional<Entry> known = entry(connection, spec.name());
    if (known.isEmpty() || known.get().version() < VERSION) {
      locked(connection, () -> make(connection, spec));
      known = entry(connection, spec.name());
    }
    QueueTable table = table(spec.name(), known.orElseThrow());
    new Lanes(table).adapt(connection, spec);
    return table;
  }

  /** A queue in the catalogue: its number, and the version of its table. */
  private record Entry(long number, int version) {}

  private QueueTable table(String queue, Entry entry) {
    return new QueueTable(dialect, tables, queue, entry.number());
  }

  private Optional<Entry> entry(Connection connection, String queue) throws SQLException {
    return query("SELECT id, version FROM {queue} WHERE name = ?")
        .add("", queue)
        .first(connection, row -> new Entry(row.getLong(1), row.getInt(2)));
  }

  // To make what is there already would still wait for everybody who writes to it.
  private void make(Connection connection, QueueSpec spec) throws SQLException {
    if (entry(connection, spec.name()).isEmpty()) {
      query("INSERT INTO {queue} (name, version, is_ordered, goes_on) VALUES (?, 0, ?, ?)")
          .add("", spec.name(), spec.isOrdered() ? 1 : 0, spec.goesOn() ? 1 : 0)
          .update(connection);
    }
    Entry entry = entry(connection, spec.name()).orElseThrow();
    if (entry.version() < VERSION) {
      run(connection, dialect.messageTable(table(spec.name(), entry).name()));
      query("UPDATE {queue} SET version = ? WHERE id = ?")
          .add("", VERSION, entry.number())
          .update(connection);
    }
  }

  private Query query(String template) {
    return Query.of(tables.sql(template, dialect));
  }

  private void run(Connection connection, List<String> templates) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String template : templates) {
        statement.execute(tables.sql(template, dialect));
      }
    }
  }
}
