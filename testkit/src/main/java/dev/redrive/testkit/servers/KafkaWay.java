// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import dev.redrive.testkit.servers.FaultProxy.Direction;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A way of one client to a Kafka broker, or to all of a cluster, that can be broken. A Kafka client
 * is told by the broker where to connect to; to one that came by a way, the broker tells this way.
 * Thread-safe.
 */
public final class KafkaWay implements AutoCloseable {
  private final List<FaultProxy> proxies;
  private final Runnable giveBack;
  // Guarded by this, so that nothing opens a way that is closed.
  private boolean isClosed;

  /** A way through these, which are cut; given back when it is closed. */
  KafkaWay(List<FaultProxy> proxies, Runnable giveBack) {
    this.proxies = proxies;
    this.giveBack = giveBack;
    heal();
  }

  /** What the client is told as {@code bootstrap.servers}. */
  public String bootstrap() {
    return proxies.stream()
        .map(proxy -> "127.0.0.1:" + proxy.port())
        .collect(Collectors.joining(","));
  }

  /** Resets all connections, and every new one at once. */
  public void cut() {
    each(FaultProxy::cut);
  }

  /** Resets the connections there are; new ones are let through. */
  public void reset() {
    each(FaultProxy::reset);
  }

  /**
   * From now on, what goes in this direction vanishes: the request arrives and its answer does not,
   * or the other way round. Nobody is told.
   */
  public void drop(Direction direction) {
    each(proxy -> proxy.drop(direction));
  }

  /** From now on, what goes in this direction waits until {@link #heal}. Nobody is told. */
  public void hold(Direction direction) {
    each(proxy -> proxy.hold(direction));
  }

  /**
   * Lets so many more bytes go in this direction to or from each broker, and then resets the
   * connections with it once: in the middle of whatever was being said.
   */
  public void resetAfter(Direction direction, long bytes) {
    each(proxy -> proxy.resetAfter(direction, bytes));
  }

  /** Whether bytes have vanished since the last {@link #heal}. */
  public boolean hasLost() {
    return proxies.stream().anyMatch(FaultProxy::hasLost);
  }

  /** Ends all of the above. Connections that have lost bytes are reset. */
  public void heal() {
    each(FaultProxy::heal);
  }

  /**
   * Resets all connections, and from now on every new one at once: for the broker, the client is
   * dead; so is the broker for the client. The way is given away again, after all others. May be
   * called twice.
   */
  @Override
  public synchronized void close() {
    if (!isClosed) {
      cut();
      isClosed = true;
      giveBack.run();
    }
  }

  private synchronized void each(Consumer<FaultProxy> change) {
    if (isClosed) {
      throw new IllegalStateException("this way is closed");
    }
    proxies.forEach(change);
  }
}
