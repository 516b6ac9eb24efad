// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
import dev.redrive.MessageStatus;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Receipt;
import dev.redrive.Redrive;
import dev.redrive.Relay;
import dev.redrive.SendRefusedException;
import dev.redrive.core.Engine;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.MariaServer;
import dev.redrive.testkit.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sends within a transaction of the application's, and what becomes of them. */
@Timeout(180)
class OutboxTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  static List<String> urls() {
    PostgresServer postgres = PostgresServer.shared();
    MariaServer maria = MariaServer.shared();
    return List.of(
        postgres.url(postgres.newDatabase()),
        maria.url(maria.newDatabase()),
        "jdbc:h2:mem:outbox;DB_CLOSE_DELAY=-1");
  }

  private static Redrive open(String url) {
    return Engine.builder()
        .transport(
            environment -> SqlTransport.open(SqlTransportConfig.builder(url).build(), environment))
        .open();
  }

  private static Queue<String> queue(Redrive redrive, boolean isOrdered) {
    QueueOptions.Builder<String> options = QueueOptions.builder("outbox", Codec.text());
    return redrive.queue((isOrdered ? options.ordered() : options).build());
  }

  private static Connection transaction(String url) throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    connection.setAutoCommit(false);
    return connection;
  }

  private static Optional<MessageStatus> find(Queue<String> queue, String id) {
    return queue.find(id).toCompletableFuture().join();
  }

  @ParameterizedTest
  @MethodSource("urls")
  void a_message_is_there_when_its_transaction_commits(String url) throws SQLException {
    try (Redrive redrive = open(url);
        Connection connection = transaction(url)) {
      Queue<String> outbox = queue(redrive, false);
      try (PreparedStatement table =
          connection.prepareStatement("CREATE TABLE bookings (id VARCHAR(100))")) {
        table.execute();
      }
      connection.commit();

      book(connection, "a");
      Receipt receipt = outbox.send(connection, Outgoing.of("a").id("a"));
      assertThat(receipt.isDuplicate()).isFalse();
      assertThat(find(outbox, "a")).isEmpty();
      connection.commit();
      assertThat(find(outbox, "a")).isPresent();
      assertThat(outbox.send(connection, Outgoing.of("a").id("a")).isDuplicate()).isTrue();

      book(connection, "b");
      outbox.send(connection, Outgoing.of("b").id("b"));
      connection.rollback();
      assertThat(find(outbox, "b")).isEmpty();
      assertThat(bookings(connection)).isEqualTo(1);

      List<String> handled = new CopyOnWriteArrayList<>();
      outbox.handle(message -> handled.add(message.payload()));
      outbox.send(connection, Outgoing.of("c").id("c"));
      connection.commit();
      Poll.until("two messages", BOUND, () -> handled.size() == 2);
      assertThat(handled).containsExactlyInAnyOrder("a", "c");
    }
  }

  private static void book(Connection connection, String id) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO bookings (id) VALUES (?)")) {
      insert.setString(1, id);
      insert.executeUpdate();
    }
  }

  private static long bookings(Connection connection) throws SQLException {
    try (PreparedStatement count = connection.prepareStatement("SELECT COUNT(*) FROM bookings");
        ResultSet rows = count.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @ParameterizedTest
  @MethodSource("urls")
  void what_cannot_be_sent_so_is_refused_and_the_transaction_goes_on(String url)
      throws SQLException {
    try (Redrive redrive = open(url);
        Connection connection = transaction(url)) {
      Queue<String> outbox = queue(redrive, false);

      assertThatThrownBy(() -> outbox.send(connection, Outgoing.of("a").header("redrive-id", "b")))
          .isInstanceOf(SendRefusedException.class);
      outbox.send(connection, Outgoing.of("c").id("c"));
      connection.commit();
      assertThat(find(outbox, "c")).isPresent();

      connection.setAutoCommit(true);
      assertThatThrownBy(() -> outbox.send(connection, Outgoing.of("d").id("d")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("setAutoCommit(false)");
      assertThat(find(outbox, "d")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("urls")
  void an_outbox_passes_on_what_was_committed_in_the_order_of_each_key(String url)
      throws SQLException {
    List<String> arrived = new CopyOnWriteArrayList<>();
    try (Redrive redrive = open(url);
        Redrive broker = Engine.open("memory:")) {
      Queue<String> outbox = queue(redrive, true);
      Queue<String> orders =
          broker.queue(QueueOptions.builder("orders", Codec.text()).ordered().build());
      orders.handle(message -> arrived.add(message.key().orElseThrow() + message.payload()));
      outbox.handleAsync(Relay.to(orders));

      List<String> sent = new ArrayList<>();
      try (Connection connection = transaction(url)) {
        for (int i = 0; i < 40; i++) {
          String key = "k" + i % 4 + "/";
          outbox.send(connection, Outgoing.of(Integer.toString(i)).key(key).id("m" + i));
          if (i % 10 == 9) {
            connection.rollback();
          } else {
            connection.commit();
            sent.add(key + i);
          }
        }
      }
      Poll.until("all of them", BOUND, () -> arrived.size() >= sent.size());

      for (int key = 0; key < 4; key++) {
        String prefix = "k" + key + "/";
        assertThat(arrived.stream().filter(each -> each.startsWith(prefix)))
            .containsExactlyElementsOf(
                sent.stream().filter(each -> each.startsWith(prefix)).toList());
      }
      assertThat(arrived).containsExactlyInAnyOrderElementsOf(sent);
    }
  }
}
