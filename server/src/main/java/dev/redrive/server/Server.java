// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import dev.redrive.InvalidOptionsException;
import dev.redrive.TransportState;
import dev.redrive.server.config.ServerConfig;
import dev.redrive.server.http.Route;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reliable delivery over HTTP: takes messages in, delivers them to webhooks or leases them, shows
 * and replays what died. Thread-safe.
 */
public final class Server implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Server.class);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Parts parts;
  private final InetSocketAddress address;
  private boolean isStopped;

  private Server(Parts parts, InetSocketAddress address) {
    this.parts = parts;
    this.address = address;
  }

  /**
   * Starts a server. Blocks until it answers.
   *
   * @throws InvalidOptionsException if the configuration cannot be followed: the port is in use,
   *     the data folder cannot be written to, everybody could reach it without a key
   * @throws dev.redrive.TransportException if the transport cannot be opened
   */
  public static Server start(ServerConfig config) {
    return start(config, Surroundings.real());
  }

  static Server start(ServerConfig config, Surroundings surroundings) {
    Parts parts = new Parts(config, surroundings);
    try {
      InetSocketAddress address = parts.start();
      log.info("listening at http://{}:{}", address.getHostString(), address.getPort());
      return new Server(parts, address);
    } catch (RuntimeException e) {
      parts.close(Duration.ZERO);
      throw e;
    }
  }

  /** Where it listens, with the port that was free if the configuration named none. */
  public InetSocketAddress address() {
    return address;
  }

  List<Route> routes() {
    return parts.routes();
  }

  /**
   * How the transport is doing. One that is FENCED never comes back: the process must be restarted.
   */
  public TransportState transport() {
    return parts.transport();
  }

  /** Stops with a grace period of 10 seconds. */
  @Override
  public void close() {
    stop(GRACE);
  }

  /**
   * Takes no more messages, lets attempts that run finish within the grace period, hands the rest
   * back uncounted, and closes the transport. Blocks; may be called more than once.
   */
  public synchronized void stop(Duration grace) {
    if (!isStopped) {
      isStopped = true;
      parts.close(grace);
      log.info("stopped");
    }
  }
}
