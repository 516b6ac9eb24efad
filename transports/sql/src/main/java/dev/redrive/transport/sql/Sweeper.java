// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clears up, every few seconds and a bounded number of rows at a time: ids that nobody remembers
 * any more, counts that can be put together, processes that died long ago. Each process does it;
 * rows that another has in hand are passed over. Nothing depends on it but the room that is taken.
 */
final class Sweeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final int ROWS_MAX = 1_000;

  private final Environment environment;
  private final Database database;
  private final Node node;
  private final Collection<SqlQueue> queues;

  // Guards all below.
  private final Object lock = new Object();
  private Optional<Timers.Timer> next = Optional.empty();
  private boolean isClosed;

  Sweeper(Environment environment, Database database, Node node, Collection<SqlQueue> queues) {
    this.environment = environment;
    this.database = database;
    this.node = node;
    this.queues = queues;
  }

  void start() {
    schedule(EVERY);
  }

  private void schedule(Duration delay) {
    synchronized (lock) {
      if (!isClosed) {
        // Not all at one time, when many processes were started at one time.
        long spread = environment.random().nextLong(EVERY.toNanos());
        next = Optional.of(environment.timers().after(delay.plusNanos(spread / 2), this::sweep));
      }
    }
  }

  private void sweep() {
    database
        .transact(
            connection -> {
              node.clear(connection);
              return true;
            })
        .thenCompose(done -> sweep(List.copyOf(queues).iterator()))
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("a sweep was broken off: {}", failure.toString());
              }
              schedule(EVERY);
            });
  }

  private CompletionStage<Boolean> sweep(Iterator<SqlQueue> rest) {
    if (!rest.hasNext()) {
      return CompletableFuture.completedStage(true);
    }
    SqlQueue queue = rest.next();
    queue.forgetEnded();
    return sweep(queue.table()).thenCompose(done -> sweep(rest));
  }

  /** Goes on until nothing is left, or more would come while it does. */
  private CompletionStage<Boolean> sweep(QueueTable table) {
    return database
        .transact(
            connection -> {
              boolean isMore = Tally.fold(connection, table, ROWS_MAX) == ROWS_MAX;
              return forget(connection, table) == ROWS_MAX || isMore;
            })
        .thenCompose(
            isMore ->
                isMore && !isClosed() ? sweep(table) : CompletableFuture.completedStage(true));
  }

  private boolean isClosed() {
    synchronized (lock) {
      return isClosed;
    }
  }

  /** Clears ids whose time is over; a row that was sent again under one is another row. */
  private static int forget(Connection connection, QueueTable table) throws SQLException {
    List<String> ids =
        Query.of(
                table.sql(
                    "SELECT id FROM {message} WHERE forget_at <= {now} LIMIT ?"
                        + " FOR UPDATE SKIP LOCKED"),
                ROWS_MAX)
            .list(connection, row -> row.getString(1));
    if (!ids.isEmpty()) {
      Duplicates.forget(connection, table, ids);
    }
    return ids.size();
  }

  @Override
  public void close() {
    synchronized (lock) {
      isClosed = true;
      next.ifPresent(Timers.Timer::cancel);
    }
  }
}
