// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What tests rely on that use a database. */
@Timeout(180)
class SqlServerIT {

  static Stream<Named<Supplier<SqlServer>>> own() {
    return Stream.of(
        named("PostgreSQL", PostgresServer::start), named("MariaDB", MariaServer::start));
  }

  static Stream<Named<Supplier<SqlServer>>> shared() {
    return Stream.of(
        named("PostgreSQL", PostgresServer::shared), named("MariaDB", MariaServer::shared));
  }

  @ParameterizedTest
  @MethodSource("own")
  void what_was_committed_is_there_after_a_kill_and_nothing_else(Supplier<SqlServer> start)
      throws SQLException {
    try (SqlServer server = start.get()) {
      String url = server.url(server.newDatabase());
      try (Connection writer = DriverManager.getConnection(url);
          Statement statement = writer.createStatement()) {
        statement.execute("CREATE TABLE kept (n INT PRIMARY KEY)");
        statement.execute("INSERT INTO kept VALUES (1)");
        writer.setAutoCommit(false);
        statement.execute("INSERT INTO kept VALUES (2)");

        server.kill();

        assertThatThrownBy(writer::commit).isInstanceOf(SQLException.class);
      }
      assertThatThrownBy(() -> DriverManager.getConnection(url)).isInstanceOf(SQLException.class);
      for (int i = 0; i < 2; i++) {
        server.restart();
        assertThat(sum(url)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("own")
  void a_server_that_is_killed_at_work_starts_again(Supplier<SqlServer> start) throws Exception {
    try (SqlServer server = start.get()) {
      String url = server.url(server.newDatabase());
      try (Connection busy = DriverManager.getConnection(url);
          Statement statement = busy.createStatement()) {
        statement.execute("CREATE TABLE kept (n INT PRIMARY KEY)");
        statement.execute("INSERT INTO kept VALUES (1)");
        busy.setAutoCommit(false);
        statement.execute("UPDATE kept SET n = 2");
        Thread stuck = new Thread(() -> waitsForTheRow(url));
        stuck.start();

        server.restart();

        stuck.join();
      }
      assertThat(sum(url)).isEqualTo(1);
    }
  }

  private static void waitsForTheRow(String url) {
    assertThatThrownBy(
            () -> {
              try (Connection connection = DriverManager.getConnection(url);
                  Statement statement = connection.createStatement()) {
                statement.execute("UPDATE kept SET n = 3");
              }
            })
        .isInstanceOf(SQLException.class);
  }

  @ParameterizedTest
  @MethodSource("shared")
  void databases_of_one_server_have_nothing_in_common(Supplier<SqlServer> shared)
      throws SQLException {
    SqlServer server = shared.get();
    for (int i = 0; i < 2; i++) {
      try (Connection connection = DriverManager.getConnection(server.url(server.newDatabase()));
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE kept (n INT PRIMARY KEY)");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shared")
  void a_client_may_come_by_a_proxy(Supplier<SqlServer> shared) throws SQLException {
    SqlServer server = shared.get();
    try (FaultProxy proxy = new FaultProxy(server.port());
        Connection connection =
            DriverManager.getConnection(server.url(server.newDatabase(), proxy.port()))) {
      assertThat(connection.isValid(10)).isTrue();

      proxy.cut();

      assertThat(connection.isValid(10)).isFalse();
    }
  }

  private static int sum(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT SUM(n) FROM kept")) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }
}
