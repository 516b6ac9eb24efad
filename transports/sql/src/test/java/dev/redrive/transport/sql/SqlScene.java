// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.TransportState;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.SqlServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A database of a real server, and processes that share it, each by a way of its own. */
final class SqlScene implements AutoCloseable {
  static final Duration BOUND = Duration.ofSeconds(40);
  static final String QUEUE = "orders";

  private final RealTime time = new RealTime(7);
  private final SqlServer server;
  private final String database;
  private final List<Runnable> ends = new CopyOnWriteArrayList<>();

  SqlScene(SqlServer server) {
    this.server = server;
    this.database = server.newDatabase();
  }

  /** A process that uses the database, with the proxy between them. */
  static final class Peer {
    final FaultProxy proxy;
    final SqlTransport transport;
    final List<TransportState> states = new CopyOnWriteArrayList<>();

    Peer(FaultProxy proxy, SqlTransport transport) {
      this.proxy = proxy;
      this.transport = transport;
      transport.onState(states::add);
    }

    /** It has seen that the connection was lost, and is back. */
    void awaitBack() {
      Poll.until(
          "the connection to be lost and back",
          BOUND,
          () ->
              states.contains(TransportState.DOWN)
                  && states.get(states.size() - 1) == TransportState.UP);
    }
  }

  /** A consumer, and what it was handed and nobody has looked at. */
  record Worker(Subscription subscription, BlockingQueue<InMessage> inbox) {
    InMessage next() {
      subscription.request(1);
      return arrived();
    }

    InMessage arrived() {
      Poll.until("a message", BOUND, () -> !inbox.isEmpty());
      return inbox.remove();
    }

    Settled begin(InMessage message) {
      return await(subscription.begin(List.of(message.lease()))).get(0);
    }

    Settled ack(InMessage message) {
      return await(subscription.settle(List.of(new Settlement.Ack(message.lease())))).get(0);
    }
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  SqlTransportConfig.Builder config(int port) {
    return SqlTransportConfig.builder(server.url(database, port))
        .heartbeat(Duration.ofMillis(200))
        .connectTimeout(Duration.ofSeconds(2));
  }

  Peer process() {
    FaultProxy proxy = new FaultProxy(server.port());
    SqlTransport transport = SqlTransport.open(config(proxy.port()).build(), time.environment());
    ends.add(transport::close);
    ends.add(proxy::close);
    await(transport.provision(spec()));
    return new Peer(proxy, transport);
  }

  SqlTransport transport(SqlTransportConfig config) {
    SqlTransport transport = SqlTransport.open(config, time.environment());
    ends.add(transport::close);
    return transport;
  }

  int port() {
    return server.port();
  }

  static QueueSpec spec() {
    return new QueueSpec(QUEUE, false, OptionalLong.empty(), Duration.ofHours(1));
  }

  static Worker worker(Peer process, Duration lease) {
    BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();
    Subscription subscription =
        process.transport.subscribe(QUEUE, new SubscribeOptions(lease), inbox::addAll);
    return new Worker(subscription, inbox);
  }

  OutMessage message(String id) {
    return new OutMessage(id, false, "", now(), Map.of("of", id), id.getBytes(UTF_8));
  }

  Instant now() {
    return time.environment().clock().instant();
  }

  void send(Peer process, String... ids) {
    for (String id : ids) {
      assertThat(await(process.transport.publish(QUEUE, List.of(message(id)))))
          .containsExactly(PublishResult.Accepted.INSTANCE);
    }
  }

  /** A connection of somebody else's, past any proxy. */
  Connection connection() throws SQLException {
    Connection connection = DriverManager.getConnection(server.url(database));
    ends.add(() -> close(connection));
    return connection;
  }

  void run(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.url(database));
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  String database() {
    return database;
  }

  /** Waits until so many processes count as dead, for nobody could say that he lives. */
  void awaitDead(int count) {
    Poll.until("%d to count as dead".formatted(count), BOUND, () -> deadCount() == count);
  }

  private int deadCount() {
    String dead = "SELECT count(*) FROM redrive_node WHERE alive_until < " + now().toEpochMilli();
    try (Connection connection = DriverManager.getConnection(server.url(database));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(dead)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() {
    ends.forEach(Runnable::run);
    time.close();
  }
}
