// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Codec;
import dev.redrive.Message;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.store.sql.Inbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Books messages in a database, each in the transaction of an inbox, until none waits. */
final class InboxMain {
  private static final int CONCURRENCY = 8;

  private InboxMain() {}

  /** Arguments: the folder of the queue, the database, and how many messages to send before. */
  public static void main(String[] arguments) throws Exception {
    try (Redrive redrive = Engine.open("embedded:" + arguments[0])) {
      Queue<String> orders =
          redrive.queue(
              QueueOptions.builder("orders", Codec.text())
                  .concurrency(CONCURRENCY)
                  .timeout(Duration.ofMinutes(1))
                  .build());
      send(orders, Integer.parseInt(arguments[2]));
      Inbox inbox = Inbox.open(new UrlSource(arguments[1]));
      orders.handle(inbox.handler(InboxMain::book));
      awaitEnd(orders);
    }
  }

  private static void send(Queue<String> orders, int count) {
    List<Outgoing<String>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(Outgoing.of("order " + i).id(Integer.toString(i)));
    }
    if (!all.isEmpty()) {
      orders.sendAll(all).toCompletableFuture().join();
    }
  }

  private static void book(Connection connection, Message<String> message) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("INSERT INTO bookings (id) VALUES (?)")) {
      statement.setString(1, message.id());
      statement.executeUpdate();
    }
  }

  private static void awaitEnd(Queue<String> orders) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    QueueStats stats;
    do {
      never.await(50, TimeUnit.MILLISECONDS);
      stats = orders.stats().toCompletableFuture().join();
    } while (stats.waiting() + stats.running() > 0);
    if (stats.dead() > 0) {
      throw new IllegalStateException(stats.toString());
    }
  }
}
