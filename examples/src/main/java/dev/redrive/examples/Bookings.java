// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Idempotency;
import dev.redrive.IdempotencyKey;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.store.sql.Inbox;
import dev.redrive.store.sql.SqlIdempotencyStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** Orders that are booked in a database once, and mails that are sent once. */
class Bookings {
  private static final CountDownLatch handled = new CountDownLatch(3);

  public static void main(String[] args) throws InterruptedException, SQLException {
    DataSource dataSource = JdbcConnectionPool.create("jdbc:h2:./shop", "sa", "");
    makeTable(dataSource);
    // snippet: sql-store
    SqlIdempotencyStore store = SqlIdempotencyStore.open(dataSource);
    QueueOptions<String> options =
        QueueOptions.builder("mails", Codec.text()).idempotency(Idempotency.in(store)).build();
    // end
    try (store;
        Redrive redrive = Engine.open("embedded:./data")) {
      Queue<String> mails = redrive.queue(options);
      mails.handle(
          message -> {
            System.out.println("sending " + message.payload());
            handled.countDown();
          });
      mails.send(Outgoing.of("a mail").id("mail-1")).toCompletableFuture().join();
      handleOrders(redrive, dataSource);
      handled.await();
    }
    System.out.println(count(dataSource) + " booking");
  }

  private static void handleOrders(Redrive redrive, DataSource dataSource) {
    Queue<String> orders = redrive.queue(QueueOptions.builder("orders", Codec.text()).build());
    // snippet: inbox
    Inbox inbox = Inbox.open(dataSource);
    orders.handle(
        inbox.handler(
            IdempotencyKey.header("order-number"),
            (connection, message) -> {
              try (PreparedStatement book =
                  connection.prepareStatement("INSERT INTO bookings (item) VALUES (?)")) {
                book.setString(1, message.payload());
                book.executeUpdate();
              }
            }));
    // end
    redrive.listen(
        event -> {
          if (event instanceof Event.Succeeded done && done.queue().equals("orders")) {
            handled.countDown();
          }
        });
    for (int i = 0; i < 2; i++) {
      orders
          .send(Outgoing.of("a kettle").header("order-number", "17"))
          .toCompletableFuture()
          .join();
    }
  }

  private static void makeTable(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS bookings (item VARCHAR(100))");
    }
  }

  private static long count(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM bookings")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
