// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL's LISTEN and NOTIFY.
 *
 * <p>A NOTIFY locks the whole database while its transaction commits, so it is never part of a
 * transaction that does anything else, and a process sends one in 50 ms at most: a list of queues,
 * each with its earliest due time. LISTEN is a matter of a session, which a pooler between them may
 * not keep. So who listens first tells itself something; only once that was heard do the queues
 * poll slowly.
 */
final class PostgresSignals implements Signals {
  private static final Logger log = LoggerFactory.getLogger(PostgresSignals.class);
  private static final Duration THROTTLE = Duration.ofMillis(50);
  private static final Duration AGAIN = Duration.ofSeconds(5);
  private static final int QUIET_MILLIS = 10_000;
  private static final int VALID_SECONDS = 5;
  private static final int QUEUES_MAX = 200;

  private final Environment environment;
  private final SqlTransportConfig config;
  private final Database database;
  private final Node node;
  private final Listener listener;
  private final String channel;
  private final Notifications notifications = new Notifications();
  private final ThreadPoolExecutor thread;
  private volatile boolean areHeard;
  private volatile Optional<Connection> session = Optional.empty();

  // Guards all below.
  private final Object lock = new Object();
  // By the queue's number, the earliest due time that is to be told.
  private final Map<Long, Long> untold = new HashMap<>();
  private Optional<Timers.Timer> again = Optional.empty();
  private boolean isTelling;
  private boolean isClosed;

  PostgresSignals(
      Environment environment,
      SqlTransportConfig config,
      Database database,
      Node node,
      Listener listener) {
    this.environment = environment;
    this.config = config;
    this.database = database;
    this.node = node;
    this.listener = listener;
    this.channel = config.prefix() + "_ready";
    this.thread =
        new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), environment.threads());
  }

  @Override
  public boolean areHeard() {
    return areHeard;
  }

  @Override
  public void tell(long queue, long dueAt) {
    synchronized (lock) {
      if (isClosed || node.isAlone() || untold.size() >= QUEUES_MAX) {
        return;
      }
      untold.merge(queue, dueAt, Math::min);
      if (!isTelling) {
        isTelling = true;
        environment.timers().after(THROTTLE, this::send);
      }
    }
  }

  private void send() {
    String queues;
    synchronized (lock) {
      isTelling = false;
      queues =
          untold.entrySet().stream()
              .map(each -> each.getKey() + ":" + each.getValue())
              .collect(Collectors.joining(","));
      untold.clear();
    }
    notifyOthers(queues);
  }

  private void notifyOthers(String queues) {
    database
        .call(
            connection ->
                Query.of("SELECT 1 FROM (SELECT pg_notify(?, ?)) n", channel, mine() + queues)
                    .list(connection, row -> row.getInt(1)))
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("the others were not told: {}", failure.toString());
              }
            });
  }

  private String mine() {
    return node.number() + ";";
  }

  @Override
  public void start() {
    try {
      thread.execute(this::listen);
    } catch (RejectedExecutionException ended) {
      log.debug("listening was to begin after the end");
    }
  }

  private void listen() {
    try (Connection connection = connect()) {
      session = Optional.of(connection);
      try (Statement statement = connection.createStatement()) {
        statement.execute("LISTEN " + channel);
      }
      notifyOthers("");
      while (!isClosed()) {
        hear(connection);
      }
    } catch (SQLException failure) {
      log.debug("not told of what others send: {}", failure.getMessage());
    } finally {
      areHeard = false;
      session = Optional.empty();
      synchronized (lock) {
        if (!isClosed) {
          again = Optional.of(environment.timers().after(AGAIN, this::start));
        }
      }
    }
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.putAll(config.driverOptions());
    return DriverManager.getConnection(config.jdbcUrl(), properties);
  }

  private void hear(Connection connection) throws SQLException {
    List<String> heard = notifications.await(connection, QUIET_MILLIS);
    if (heard.isEmpty() && !connection.isValid(VALID_SECONDS)) {
      throw new SQLException("the connection is of no use any more");
    }
    heard.forEach(this::heard);
  }

  private void heard(String told) {
    if (told.startsWith(mine())) {
      areHeard = true;
      return;
    }
    for (String part : told.substring(told.indexOf(';') + 1).split(",", -1)) {
      int colon = part.indexOf(':');
      if (colon > 0) {
        read(part.substring(0, colon), part.substring(colon + 1));
      }
    }
  }

  // Anybody may send on this channel.
  private void read(String queue, String dueAt) {
    try {
      listener.heard(Long.parseLong(queue), Long.parseLong(dueAt));
    } catch (NumberFormatException foreign) {
      log.debug("not understood on the channel {}: {}", channel, foreign.getMessage());
    }
  }

  private boolean isClosed() {
    synchronized (lock) {
      return isClosed;
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      isClosed = true;
      again.ifPresent(Timers.Timer::cancel);
    }
    thread.shutdown();
    session.ifPresent(PostgresSignals::end);
  }

  // Who listens waits for a word, and hears that its connection is gone.
  private static void end(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException closed) {
      log.debug("the connection was closed already: {}", closed.getMessage());
    }
  }
}
