// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import dev.redrive.spi.TransportStates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether the database can be used. It says at each heartbeat that this process lives, on a
 * thread of its own; when that fails, or anybody else loses a connection, the state is DOWN, and it
 * tries again, ever more slowly and with jitter, until it succeeds or may try no longer.
 * Thread-safe.
 */
final class Keeper {
  private static final Logger log = LoggerFactory.getLogger(Keeper.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

  /** How far apart two tries are at most. */
  static final Duration PAUSE_MAX = FIRST_PAUSE.plus(LAST_PAUSE);

  private static final int DOUBLINGS_MAX = 10;

  private final Environment environment;
  private final SqlTransportConfig config;
  private final Database database;
  private final Node node;
  private final TransportStates states;
  private final Runnable onUp;
  private final ThreadPoolExecutor thread;

  // Guards all below.
  private final Object lock = new Object();
  private Optional<Timers.Timer> next = Optional.empty();
  private String trouble = "";
  private int tries;
  private long downSince;
  private boolean isClosed;

  /**
   * @param onUp is run each time that the database can be used again
   */
  Keeper(
      Environment environment,
      SqlTransportConfig config,
      Database database,
      Node node,
      Runnable onUp) {
    this.environment = environment;
    this.config = config;
    this.database = database;
    this.node = node;
    this.states = new TransportStates(environment.executor());
    this.onUp = onUp;
    this.thread =
        new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), environment.threads());
  }

  TransportStates states() {
    return states;
  }

  /** Begins; the database was just seen to work. */
  void start() {
    database.watch(this::lost, this::obstacle);
    states.change(TransportState.UP);
    schedule(config.heartbeat());
  }

  /** Why nothing can be done at present; empty if it can. */
  private String obstacle() {
    synchronized (lock) {
      return trouble;
    }
  }

  private void lost(SQLException failure) {
    List<Runnable> then = new ArrayList<>();
    synchronized (lock) {
      if (isClosed || !trouble.isEmpty()) {
        return;
      }
      trouble = "the database cannot be reached: " + failure.getMessage();
      tries = 0;
      downSince = environment.timers().nanoTime();
      states.change(TransportState.DOWN);
      then.add(() -> log.warn("lost the database: {}", failure.getMessage()));
      then.add(database::renew);
    }
    then.forEach(Runnable::run);
    schedule(Duration.ZERO);
  }

  private void schedule(Duration delay) {
    synchronized (lock) {
      next.ifPresent(Timers.Timer::cancel);
      if (!isClosed) {
        next = Optional.of(environment.timers().after(delay, this::wake));
      }
    }
  }

  private void wake() {
    try {
      thread.execute(this::beat);
    } catch (RejectedExecutionException ended) {
      log.debug("a heartbeat came after the end");
    }
  }

  private void beat() {
    Duration pause = config.heartbeat();
    try {
      database.now(
          false,
          connection -> {
            node.beat(connection);
            return true;
          });
      cameBack();
    } catch (SQLException failure) {
      // Whatever it is: a process that cannot say that it lives will be taken for dead.
      lost(failure);
      pause = failedAgain(failure);
    } catch (RuntimeException | Error failure) {
      log.error("a heartbeat failed", failure);
    }
    schedule(pause);
  }

  private void cameBack() {
    synchronized (lock) {
      if (trouble.isEmpty() || isClosed || states.present() == TransportState.FENCED) {
        return;
      }
      trouble = "";
      states.change(TransportState.UP);
    }
    log.info("the database is back");
    onUp.run();
  }

  private Duration failedAgain(SQLException failure) {
    synchronized (lock) {
      tries++;
      Duration down = Duration.ofNanos(environment.timers().nanoTime() - downSince);
      boolean isEnough =
          tries >= config.reconnectTries().orElse(Integer.MAX_VALUE)
              || config.reconnectFor().map(most -> down.compareTo(most) >= 0).orElse(false);
      if (isEnough) {
        trouble =
            "gave up after %d tries and %d s without the database: %s; start the process again"
                .formatted(tries, down.toSeconds(), failure.getMessage());
        states.change(TransportState.FENCED);
      }
      long most = FIRST_PAUSE.toNanos() << Math.min(tries, DOUBLINGS_MAX);
      return Duration.ofNanos(
          environment.random().nextLong(Math.min(most, LAST_PAUSE.toNanos()))
              + FIRST_PAUSE.toNanos());
    }
  }

  /**
   * Throws unless this is still in use.
   *
   * @throws TransportException saying what to do
   */
  void checkOpen() {
    synchronized (lock) {
      if (isClosed) {
        throw new TransportException("the SQL transport is closed; open a new one");
      }
    }
  }

  /** Refuses everything from now on; false if it did already. */
  boolean close() {
    synchronized (lock) {
      if (isClosed) {
        return false;
      }
      isClosed = true;
      next.ifPresent(Timers.Timer::cancel);
    }
    thread.shutdown();
    return true;
  }
}
