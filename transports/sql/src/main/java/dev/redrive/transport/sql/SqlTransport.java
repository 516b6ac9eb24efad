// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capabilities.Durability;
import dev.redrive.spi.Capabilities.Move;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps queues in a database: PostgreSQL, MariaDB or MySQL, and H2 for tests. Each queue is a
 * table, and a message's whole life is in one row of it. {@code docs/transports/sql.md} says what
 * is promised, {@code docs/spec/sql.md} what lies where.
 *
 * <p>Thread-safe. A lost connection is made anew, for ever unless the configuration says otherwise;
 * then the state is FENCED and everything fails. No connection and no transaction is held while a
 * message is handled.
 */
public final class SqlTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(SqlTransport.class);
  private static final Duration DELAY_MAX = Duration.ofDays(36_500);
  private static final Duration GOODBYE = Duration.ofSeconds(5);
  private static final Set<Capability> FEATURES = EnumSet.allOf(Capability.class);

  private final Environment environment;
  private final Database database;
  private final Schema schema;
  private final Node node;
  private final Durability durability;
  private final Keeper keeper;
  private final Sweeper sweeper;
  private final Signals signals;
  private final SqlQueue.Shared shared;
  private final Map<String, SqlQueue> queues = new ConcurrentHashMap<>();

  private SqlTransport(
      Environment environment, SqlTransportConfig config, Database database, Opening opened) {
    this.environment = environment;
    this.database = database;
    this.schema = opened.schema();
    this.node = opened.node();
    this.durability = opened.durability();
    this.keeper = new Keeper(environment, config, database, node, this::cameBack);
    this.sweeper = new Sweeper(environment, database, node, queues.values());
    boolean isListening = config.isListening() && opened.schema().dialect().hasSignals();
    this.signals =
        isListening
            ? new PostgresSignals(environment, config, database, node, this::heard)
            : Signals.NONE;
    this.shared = new SqlQueue.Shared(environment, database, node, signals, config.pollMax());
  }

  private record Opening(Schema schema, Node node, Durability durability) {}

  /**
   * Opens the transport; makes its tables, unless they are there.
   *
   * @throws TransportException if the database cannot be used, saying what to do
   */
  public static SqlTransport open(SqlTransportConfig config, Environment environment) {
    Database database = new Database(config, environment);
    try {
      SqlTransport transport =
          new SqlTransport(environment, config, database, begin(config, database));
      transport.keeper.start();
      transport.sweeper.start();
      transport.signals.start();
      return transport;
    } catch (SQLException failure) {
      database.close();
      throw new TransportException(
          "cannot use the database %s: %s; check the URI, the credentials, and that the server runs"
              .formatted(config.jdbcUrl(), failure.getMessage()),
          failure);
    } catch (RuntimeException | Error failure) {
      database.close();
      throw failure;
    }
  }

  private static Opening begin(SqlTransportConfig config, Database database) throws SQLException {
    Tables tables = new Tables(config.prefix());
    Dialect dialect = database.now(false, Dialects::of);
    Schema schema = new Schema(dialect, tables);
    if (!database.now(false, schema::isPrepared)) {
      database.now(
          true,
          connection -> {
            schema.prepare(connection);
            return true;
          });
    }
    Node node =
        database.now(
            false, connection -> Node.register(connection, tables, dialect, config.heartbeat()));
    return new Opening(schema, node, database.now(false, dialect::durability));
  }

  private void heard(long queue, long dueAt) {
    queues.values().stream()
        .filter(each -> each.table().number() == queue)
        .forEach(each -> each.claimer().wake(dueAt));
  }

  private void cameBack() {
    queues.values().forEach(queue -> queue.claimer().cameBack());
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(
        durability,
        Move.IN_PLACE,
        Move.ATOMIC,
        Duration.ZERO,
        DELAY_MAX,
        Duration.ofMillis(1),
        FEATURES);
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec spec) {
    return stage(
        () ->
            database
                .transact(connection -> schema.provision(connection, spec))
                .thenAccept(table -> provisioned(table, spec)));
  }

  private void provisioned(QueueTable table, QueueSpec spec) {
    queues.computeIfAbsent(spec.name(), name -> new SqlQueue(shared, table, spec)).adapt(spec);
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    return stage(() -> queue(queue).publish(batch));
  }

  /**
   * Stores messages over a connection of the caller's, in whose transaction they then are: they are
   * there once it commits, and never were if it does not. Runs on the caller's thread, and ends no
   * transaction. The connection must lead to the same database and have auto-commit off.
   *
   * <p>An ordered or limited queue is locked against other senders until that transaction ends.
   *
   * @return one result a message, in the list's order, which holds if the transaction commits
   * @throws SQLException if the database does not take them; the transaction must then be rolled
   *     back
   * @throws TransportException if the queue was not provisioned, or this is closed
   */
  @Override
  public List<PublishResult> publish(Connection connection, String queue, List<OutMessage> batch)
      throws SQLException {
    keeper.checkOpen();
    SqlQueue into = queue(queue);
    List<PublishResult> results = into.insert().insert(connection, batch);
    into.sentQuietly();
    return results;
  }

  /**
   * Looks at once for what came into the queue behind this transport's back, such as by a
   * transaction of the caller's that has just committed. Else it is found within {@code pollMax}
   * and a second, if it commits within ten seconds of the last send, and else within four times
   * {@code pollMax} and a second.
   */
  public void wake(String queue) {
    queue(queue).ready(0);
  }

  @Override
  public Subscription subscribe(String name, SubscribeOptions options, Sink sink) {
    keeper.checkOpen();
    SqlQueue queue = queue(name);
    SqlSubscription subscription = new SqlSubscription(queue, options.lease(), sink);
    queue.add(subscription);
    return subscription;
  }

  @Override
  public DeadLetters deadLetters(String queue) {
    keeper.checkOpen();
    return new SqlDeadLetters(queue(queue), database, environment);
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return stage(
        () -> {
          Overview overview = new Overview(queue(queue).table());
          return database.call(connection -> overview.find(connection, id));
        });
  }

  @Override
  public CompletionStage<Boolean> cancel(String name, String id) {
    return stage(
        () -> {
          SqlQueue queue = queue(name);
          Overview overview = new Overview(queue.table());
          return database
              .transact(connection -> overview.cancel(connection, id, queue.endRule()))
              .whenComplete((isDone, failure) -> queue.ready(0));
        });
  }

  @Override
  public CompletionStage<QueueStats> stats(String queue) {
    return stage(
        () -> {
          Overview overview = new Overview(queue(queue).table());
          return database.call(overview::counts);
        });
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    keeper.states().listen(listener);
  }

  private <R> CompletionStage<R> stage(Supplier<CompletionStage<R>> action) {
    try {
      keeper.checkOpen();
      return action.get();
    } catch (TransportException failed) {
      return CompletableFuture.failedStage(failed);
    }
  }

  private SqlQueue queue(String name) {
    SqlQueue queue = queues.get(name);
    if (queue == null) {
      throw new TransportException("queue " + name + " is not known; provision it first");
    }
    return queue;
  }

  @Override
  public void close() {
    if (keeper.close()) {
      sweeper.close();
      signals.close();
      sayGoodbye();
      database.close();
    }
  }

  // What cannot be given back comes again when its lease ends.
  private void sayGoodbye() {
    CompletableFuture<?>[] closing =
        queues.values().stream()
            .map(queue -> queue.close().toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(closing).get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
      database
          .call(
              connection -> {
                node.leave(connection);
                return true;
              })
          .toCompletableFuture()
          .get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      log.info("the database did not take what was to be given back: {}", failure.toString());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
