// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The connections, and the threads that wait for their answers. Each piece of work has a connection
 * to itself until it is done; none is held between two of them. Thread-safe.
 */
final class Database implements AutoCloseable {
  private static final int CONFLICTS_MAX = 20;
  private static final Duration AGAIN = Duration.ofMillis(5);
  private static final Duration AGAIN_MAX = Duration.ofMillis(200);

  private final Environment environment;
  private final HikariDataSource pool;
  private final ThreadPoolExecutor workers;
  private volatile Consumer<SQLException> onLost = failure -> {};
  private volatile Supplier<String> obstacle = () -> "";

  /** Something that is said to the database. */
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  Database(SqlTransportConfig config, Environment environment) {
    this.environment = environment;
    this.workers =
        new ThreadPoolExecutor(
            config.poolSize(),
            config.poolSize(),
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            environment.threads());
    this.pool = new HikariDataSource(hikari(config, environment));
  }

  private static HikariConfig hikari(SqlTransportConfig config, Environment environment) {
    HikariConfig hikari = new HikariConfig();
    hikari.setJdbcUrl(config.jdbcUrl());
    config.driverOptions().forEach(hikari::addDataSourceProperty);
    hikari.setPoolName("redrive");
    hikari.setThreadFactory(environment.threads());
    // One more for who keeps the connection, so that its word never waits for work.
    hikari.setMaximumPoolSize(config.poolSize() + 1);
    hikari.setMinimumIdle(1);
    hikari.setConnectionTimeout(config.connectTimeout().toMillis());
    hikari.setValidationTimeout(config.connectTimeout().toMillis());
    hikari.setInitializationFailTimeout(-1);
    config.isolation().ifPresent(hikari::setTransactionIsolation);
    return hikari;
  }

  /**
   * Who is told of a lost connection, and who says why nothing can be done at present, if so.
   *
   * @param lost is told each time
   * @param why empty if the database can be used
   */
  void watch(Consumer<SQLException> lost, Supplier<String> why) {
    this.onLost = lost;
    this.obstacle = why;
  }

  /** Does what is one statement, or several that need not be one. */
  <T> CompletionStage<T> call(Work<T> work) {
    return start(false, work);
  }

  /** Does it in a transaction, all or nothing. */
  <T> CompletionStage<T> transact(Work<T> work) {
    return start(true, work);
  }

  /** Does it as one or the other. */
  <T> CompletionStage<T> start(boolean isTransaction, Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    submit(isTransaction, work, result, 1);
    return result;
  }

  private <T> void submit(
      boolean isTransaction, Work<T> work, CompletableFuture<T> result, int attempt) {
    String why = obstacle.get();
    if (!why.isEmpty()) {
      result.completeExceptionally(new TransportException(why));
      return;
    }
    try {
      workers.execute(() -> attempt(isTransaction, work, result, attempt));
    } catch (RejectedExecutionException ended) {
      result.completeExceptionally(
          new TransportException("the SQL transport is closed; open a new one", ended));
    }
  }

  private <T> void attempt(
      boolean isTransaction, Work<T> work, CompletableFuture<T> result, int attempt) {
    T value;
    try {
      value = now(isTransaction, work);
    } catch (SQLException failure) {
      failed(failure, () -> submit(isTransaction, work, result, attempt + 1), result, attempt);
      return;
    } catch (RuntimeException | Error failure) {
      // Of memory, or of a row that cannot be read: who asked must be told in any case.
      result.completeExceptionally(failure);
      return;
    }
    result.complete(value);
  }

  private void failed(
      SQLException failure, Runnable again, CompletableFuture<?> result, int attempt) {
    Faults fault = Faults.of(failure);
    if (fault == Faults.CONFLICT && attempt < CONFLICTS_MAX) {
      environment.timers().after(pause(attempt), again);
      return;
    }
    if (fault == Faults.CONNECTION) {
      onLost.accept(failure);
    }
    result.completeExceptionally(failure(failure));
  }

  // Full jitter, so that those that met do not meet again.
  private Duration pause(int attempt) {
    long most = Math.min(AGAIN_MAX.toNanos(), AGAIN.toNanos() << Math.min(attempt, 10));
    return Duration.ofNanos(environment.random().nextLong(most));
  }

  /** What a stage failed with, without what it may be wrapped in. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  /** What the engine is told of it. */
  static TransportException failure(SQLException cause) {
    String message = "the database did not do it: " + cause.getMessage();
    return Faults.of(cause) == Faults.STATEMENT
        ? new StatementException(message, cause)
        : new TransportException(message, cause);
  }

  /** Does it on this thread, which waits for it. */
  <T> T now(boolean isTransaction, Work<T> work) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return isTransaction ? inTransaction(connection, work) : work.run(connection);
    }
  }

  private static <T> T inTransaction(Connection connection, Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    boolean isDone = false;
    try {
      T value = work.run(connection);
      connection.commit();
      isDone = true;
      return value;
    } finally {
      // The pool rolls back what is not committed when it gets the connection back, and a
      // connection on which that fails is closed.
      if (!isDone) {
        rollBack(connection);
      }
      connection.setAutoCommit(true);
    }
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException broken) {
      // What is told is why it failed. Without its connection, the server rolls back by itself.
      return;
    }
  }

  /** Connects anew for everything that comes, since the server has changed. */
  void renew() {
    if (pool.getHikariPoolMXBean() != null) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }

  /** Ends what runs after a moment, and closes the connections. */
  @Override
  public void close() {
    workers.shutdown();
    pool.close();
  }
}
