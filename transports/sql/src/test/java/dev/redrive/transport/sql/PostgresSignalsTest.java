// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Processes tell each other through PostgreSQL that something waits. */
class PostgresSignalsTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final RealTime time = new RealTime(3);
  private final SqlTransportConfig config =
      SqlTransportConfig.builder(PostgresServer.shared().url(PostgresServer.shared().newDatabase()))
          .build();
  private final Database database = new Database(config, time.environment());
  private final Dialect dialect = new PostgresDialect();
  private final Tables tables = new Tables("redrive");

  /** A process that listens, and what it heard. */
  private final class Party implements AutoCloseable {
    final List<String> heard = new CopyOnWriteArrayList<>();
    final Node node;
    final PostgresSignals signals;

    Party() throws SQLException {
      node =
          database.now(
              false,
              connection -> Node.register(connection, tables, dialect, Duration.ofSeconds(2)));
      signals =
          new PostgresSignals(
              time.environment(),
              config,
              database,
              node,
              (queue, dueAt) -> heard.add(queue + " at " + dueAt));
      signals.start();
    }

    void awaitHeard() {
      Poll.until("to hear itself", BOUND, signals::areHeard);
    }

    void beat() throws SQLException {
      database.now(
          false,
          connection -> {
            node.beat(connection);
            return true;
          });
    }

    @Override
    public void close() {
      signals.close();
    }
  }

  @AfterEach
  void closeDatabase() {
    database.close();
    time.close();
  }

  private void makeTables() throws SQLException {
    database.now(
        true,
        connection -> {
          new Schema(dialect, tables).prepare(connection);
          return true;
        });
  }

  @Test
  void others_hear_which_queue_has_what_and_oneself_does_not() throws Exception {
    makeTables();
    try (Party one = new Party();
        Party other = new Party()) {
      one.awaitHeard();
      other.awaitHeard();

      one.signals.tell(7, 2_000);
      one.signals.tell(7, 1_000);
      one.signals.tell(8, 3_000);

      Poll.until("both queues", BOUND, () -> other.heard.size() == 2);
      assertThat(other.heard).containsExactlyInAnyOrder("7 at 1000", "8 at 3000");
      other.signals.tell(9, 1);
      Poll.until("the answer", BOUND, () -> one.heard.size() == 1);
      assertThat(one.heard).as("nothing of its own").containsExactly("9 at 1");
    }
  }

  @Test
  void who_is_alone_tells_nobody() throws Exception {
    makeTables();
    try (Party one = new Party()) {
      one.beat();
      assertThat(one.node.isAlone()).isTrue();
      try (Party other = new Party()) {
        other.awaitHeard();
        one.signals.tell(7, 1);
        one.beat();
        assertThat(one.node.isAlone()).isFalse();
        one.signals.tell(8, 2);

        Poll.until("the second", BOUND, () -> !other.heard.isEmpty());
        assertThat(other.heard).containsExactly("8 at 2");
      }
    }
  }

  @Test
  void what_is_said_by_anybody_else_is_passed_over() throws Exception {
    makeTables();
    try (Party one = new Party();
        Party other = new Party()) {
      one.awaitHeard();
      for (String said : List.of("", "hello", "1;x:y", "1;5", ";;,:")) {
        database.now(
            false,
            connection ->
                Query.of("SELECT 1 FROM (SELECT pg_notify('redrive_ready', ?)) n", said)
                    .list(connection, row -> row.getInt(1)));
      }

      other.signals.tell(7, 1);

      Poll.until("what is meant", BOUND, () -> !one.heard.isEmpty());
      assertThat(one.heard).containsExactly("7 at 1");
    }
  }
}
