// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps connections open between deliveries, at most so many to one endpoint. A connection out of
 * the pool is judged by the policy of that moment, so that one opened under an older policy, or for
 * a destination that may reach private addresses, serves nobody it should not.
 *
 * <p>Who finds no idle connection opens one for itself, while there is room; else it waits in line
 * for one to come free. Time is counted in ticks of {@link #tick}, which the client calls once a
 * second.
 *
 * <p>One lock guards all state. Nothing is called with it held but the policy, which only compares
 * bytes.
 */
final class ConnectionPool {
  /**
   * Below the 5 s after which many servers close: reusing what the other side is closing costs a
   * try.
   */
  static final int IDLE_TICKS_MAX = 4;

  /** After so long a name is looked up again, whatever the traffic. */
  static final int AGE_TICKS_MAX = 60;

  private static final Logger log = LoggerFactory.getLogger(ConnectionPool.class);

  private final Object lock = new Object();
  private final Map<Endpoint, Lane> lanes = new HashMap<>();
  private final Function<Destination, Future<Connection>> connector;
  private final Supplier<AddressPolicy> policy;
  private final int connectionsMax;
  private long now;
  private boolean closed;

  ConnectionPool(
      Function<Destination, Future<Connection>> connector,
      Supplier<AddressPolicy> policy,
      int connectionsMax) {
    this.connector = connector;
    this.policy = policy;
    this.connectionsMax = connectionsMax;
  }

  /**
   * The connections of one endpoint: those open or being opened, the idle among them, and who
   * waits.
   */
  private static final class Lane {
    final Deque<Connection> idle = new ArrayDeque<>();
    final Set<ConnectionWaiter> waiting = new LinkedHashSet<>();
    int open;
  }

  /**
   * Finds the waiter a connection: an idle one (unless it wants a fresh one), a new one, or a place
   * in line.
   */
  void acquire(ConnectionWaiter waiter, boolean fresh) {
    Destination destination = waiter.destination();
    List<Connection> unfit = new ArrayList<>();
    Connection found = null;
    boolean connect = false;
    boolean dead;
    synchronized (lock) {
      dead = closed;
      if (!dead) {
        Lane lane = lanes.computeIfAbsent(Endpoint.of(destination), endpoint -> new Lane());
        found = fresh ? null : takeIdle(lane, destination, unfit);
        if (fresh && lane.open == connectionsMax && !lane.idle.isEmpty()) {
          Connection oldest = lane.idle.removeLast();
          drop(lane, oldest);
          unfit.add(oldest);
        }
        connect = found == null && lane.open < connectionsMax;
        if (connect) {
          lane.open++;
        } else if (found == null) {
          lane.waiting.add(waiter);
        }
      }
    }
    unfit.forEach(ConnectionPool::close);
    if (dead) {
      waiter.failed(new ClientClosedException());
    } else if (found != null) {
      waiter.connected(found);
    } else if (connect) {
      open(waiter);
    }
  }

  /** Takes a waiter out of the line; false when it is not in it (any more). */
  boolean abandon(ConnectionWaiter waiter) {
    synchronized (lock) {
      Lane lane = lanes.get(Endpoint.of(waiter.destination()));
      return lane != null && lane.waiting.remove(waiter);
    }
  }

  /** Gives a connection back; one that is not fit to be used again is closed. */
  void release(Destination destination, Connection connection, boolean reusable) {
    ConnectionWaiter next = null;
    ConnectionWaiter opener = null;
    boolean discard = false;
    synchronized (lock) {
      Lane lane = lanes.get(Endpoint.of(destination));
      if (lane == null || connection.gone) {
        return;
      }
      boolean fit = reusable && !closed && now - connection.openedAt < AGE_TICKS_MAX;
      next = fit ? firstAdmitted(lane, connection) : null;
      if (next != null) {
        connection.reused = true;
      } else if (fit && lane.waiting.isEmpty()) {
        connection.idleSince = now;
        lane.idle.push(connection);
      } else {
        discard = true;
        opener = drop(lane, connection);
      }
    }
    if (next != null) {
      next.connected(connection);
    }
    if (discard) {
      close(connection);
    }
    if (opener != null) {
      open(opener);
    }
  }

  /** Counts a second: closes what was idle too long and forgets endpoints nobody uses. */
  void tick() {
    List<Connection> stale = new ArrayList<>();
    synchronized (lock) {
      now++;
      for (Lane lane : lanes.values()) {
        for (Connection connection : List.copyOf(lane.idle)) {
          if (now - connection.idleSince >= IDLE_TICKS_MAX
              || now - connection.openedAt >= AGE_TICKS_MAX) {
            lane.idle.remove(connection);
            drop(lane, connection);
            stale.add(connection);
          }
        }
      }
      lanes.values().removeIf(lane -> lane.open == 0 && lane.waiting.isEmpty());
    }
    stale.forEach(ConnectionPool::close);
  }

  /**
   * Turns everybody away, now and from now on. Connections in use are closed by whoever uses them.
   */
  void close() {
    List<ConnectionWaiter> waiting = new ArrayList<>();
    List<Connection> idle = new ArrayList<>();
    synchronized (lock) {
      closed = true;
      for (Lane lane : lanes.values()) {
        waiting.addAll(lane.waiting);
        lane.waiting.clear();
        idle.addAll(lane.idle);
        lane.idle.clear();
      }
    }
    idle.forEach(ConnectionPool::close);
    waiting.forEach(waiter -> waiter.failed(new ClientClosedException()));
  }

  /** Whether {@link #close} was called. */
  boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  /** Connections open or being opened, to all endpoints. */
  int openConnections() {
    synchronized (lock) {
      return lanes.values().stream().mapToInt(lane -> lane.open).sum();
    }
  }

  /** Endpoints that are remembered. */
  int endpoints() {
    synchronized (lock) {
      return lanes.size();
    }
  }

  private void open(ConnectionWaiter waiter) {
    Destination destination = waiter.destination();
    connector
        .apply(destination)
        .onComplete(
            opened -> {
              if (opened.succeeded()) {
                admit(destination, opened.result());
                waiter.connected(opened.result());
              } else {
                lost(destination, null);
                waiter.failed(opened.cause());
              }
            });
  }

  private void admit(Destination destination, Connection connection) {
    synchronized (lock) {
      connection.openedAt = now;
    }
    connection.http().closeHandler(v -> lost(destination, connection));
    // The exchange tells of it; unheard here, it would be logged as an error of this server.
    connection.http().exceptionHandler(cause -> log.debug("connection broke", cause));
  }

  /** Accounts for a connection that closed by itself, or (null) never came about. */
  private void lost(Destination destination, @Nullable Connection connection) {
    ConnectionWaiter opener = null;
    synchronized (lock) {
      Lane lane = lanes.get(Endpoint.of(destination));
      if (lane != null && (connection == null || !connection.gone)) {
        if (connection != null) {
          lane.idle.remove(connection);
        }
        opener = drop(lane, connection);
      }
    }
    if (opener != null) {
      open(opener);
    }
  }

  /**
   * Frees the place of a connection; returns who opens a new one in it. Called with the lock held.
   */
  private @Nullable ConnectionWaiter drop(Lane lane, @Nullable Connection connection) {
    if (connection != null) {
      connection.gone = true;
    }
    lane.open--;
    if (lane.waiting.isEmpty() || closed) {
      return null;
    }
    ConnectionWaiter first = lane.waiting.iterator().next();
    lane.waiting.remove(first);
    lane.open++;
    return first;
  }

  private @Nullable Connection takeIdle(
      Lane lane, Destination destination, List<Connection> unfit) {
    AddressPolicy current = policy.get();
    Connection newest;
    while ((newest = lane.idle.poll()) != null) {
      if (admits(current, destination, newest)) {
        newest.reused = true;
        return newest;
      }
      newest.gone = true;
      lane.open--;
      unfit.add(newest);
    }
    return null;
  }

  private @Nullable ConnectionWaiter firstAdmitted(Lane lane, Connection connection) {
    AddressPolicy current = policy.get();
    for (ConnectionWaiter waiter : lane.waiting) {
      if (admits(current, waiter.destination(), connection)) {
        lane.waiting.remove(waiter);
        return waiter;
      }
    }
    return null;
  }

  private static boolean admits(
      AddressPolicy policy, Destination destination, Connection connection) {
    return policy
        .refusal(connection.address(), destination.url().port(), destination.allowPrivate())
        .isEmpty();
  }

  private static void close(Connection connection) {
    connection.context().runOnContext(v -> connection.http().close());
  }
}
