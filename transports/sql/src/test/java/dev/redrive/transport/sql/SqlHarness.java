// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.Transport;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.SqlServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/** The transport to a real server, in real time, through a proxy that can cut it off. */
final class SqlHarness implements TransportHarness {
  private static final Duration BOUND = Duration.ofSeconds(30);

  /** What the server needs, at worst, to hand over what it has. */
  private static final Duration WORK = Duration.ofMillis(50);

  private final RealTime time = new RealTime(1);
  private final int port;
  private final IntFunction<String> url;
  private FaultProxy proxy;
  private Optional<SqlTransport> transport = Optional.empty();

  /**
   * @param port the server's
   * @param url the database, by the port of a proxy
   */
  SqlHarness(int port, IntFunction<String> url) {
    this.port = port;
    this.url = url;
    this.proxy = new FaultProxy(port);
  }

  static SqlHarness of(SqlServer server, String database) {
    return new SqlHarness(server.port(), proxy -> server.url(database, proxy));
  }

  @Override
  public Transport open() {
    SqlTransportConfig config =
        SqlTransportConfig.builder(url.apply(proxy.port()))
            .heartbeat(Duration.ofMillis(200))
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    SqlTransport opened = SqlTransport.open(config, time.environment());
    transport = Optional.of(opened);
    return opened;
  }

  @Override
  public Transport restart() {
    transport.orElseThrow().close();
    return open();
  }

  @Override
  public Transport crash() {
    // After this, nothing that the old transport does reaches the server.
    proxy.close();
    SqlTransport dead = transport.orElseThrow();
    proxy = new FaultProxy(port);
    Transport opened = open();
    dead.close();
    return opened;
  }

  @Override
  public InstantSource clock() {
    return time.environment().clock();
  }

  @Override
  public void advance(Duration by) {
    LockSupport.parkNanos(by.plus(WORK).toNanos());
  }

  @Override
  public void await(String what, BooleanSupplier condition) {
    Poll.until(what, BOUND, condition);
  }

  @Override
  public Duration tick() {
    return Duration.ofMillis(500);
  }

  @Override
  public Duration longest() {
    return Duration.ofSeconds(5);
  }

  @Override
  public boolean cut() {
    proxy.cut();
    return true;
  }

  @Override
  public void heal() {
    proxy.heal();
  }

  @Override
  public void close() {
    transport.ifPresent(SqlTransport::close);
    proxy.close();
    time.close();
  }
}
