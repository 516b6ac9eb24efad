// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import dev.redrive.Codec;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.Redrive;
import dev.redrive.Relay;
import dev.redrive.core.Engine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** An order that is booked and sent in one transaction, to a queue that is elsewhere. */
class Outboxes {
  private static final String SHOP = "jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1";

  public static void main(String[] args) throws InterruptedException, SQLException {
    CountDownLatch shipped = new CountDownLatch(1);
    DataSource dataSource = JdbcConnectionPool.create(SHOP, "", "");
    makeTable(dataSource);
    try (Redrive shop = Engine.open(SHOP);
        Redrive broker = Engine.open("embedded:./data")) {
      // snippet: outbox
      Queue<String> outbox =
          shop.queue(
              QueueOptions.builder("orders-outbox", Codec.text())
                  .ordered()
                  .policy(Relay.policy())
                  .build());
      Queue<String> orders =
          broker.queue(QueueOptions.builder("orders", Codec.text()).ordered().build());
      outbox.handleAsync(Relay.to(orders));
      // end
      orders.handle(
          message -> {
            System.out.println("shipping " + message.payload());
            shipped.countDown();
          });
      order(dataSource, outbox, "a kettle", true);
      order(dataSource, outbox, "a stove", false);
      shipped.await();
      // snippet: outbox-lag
      QueueStats stats = outbox.stats().toCompletableFuture().join();
      System.out.println("behind by " + stats.lag(Instant.now()).toSeconds() + " s");
      // end
    }
  }

  private static void order(
      DataSource dataSource, Queue<String> outbox, String item, boolean isInStock)
      throws SQLException {
    // snippet: send-in-transaction
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement book =
          connection.prepareStatement("INSERT INTO bookings (item) VALUES (?)")) {
        book.setString(1, item);
        book.executeUpdate();
      }
      outbox.send(connection, Outgoing.of(item).key("customer 7"));
      if (isInStock) {
        connection.commit(); // now both are there
      } else {
        connection.rollback(); // neither ever was
      }
    }
    // end
  }

  private static void makeTable(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE bookings (item VARCHAR(100))");
    }
  }
}
