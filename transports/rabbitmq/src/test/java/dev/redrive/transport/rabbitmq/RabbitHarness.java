// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.spi.Transport;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.RabbitServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The transport to a real broker, in real time, through a proxy that can cut it off. */
final class RabbitHarness implements TransportHarness {
  private static final Duration BOUND = Duration.ofSeconds(20);

  /** What the broker needs, at worst, to hand over what it has. */
  private static final Duration WORK = Duration.ofMillis(50);

  private final RealTime time = new RealTime(1);
  private FaultProxy proxy = new FaultProxy(RabbitServer.shared().port());
  private final Optional<ClassicLayout> classic;
  private Optional<RabbitTransport> transport = Optional.empty();

  /**
   * @param classic the layout; empty for Redrive's own
   */
  RabbitHarness(Optional<ClassicLayout> classic) {
    this.classic = classic;
  }

  @Override
  public Transport open() {
    RabbitTransportConfig.Builder config =
        RabbitTransportConfig.builder()
            .hosts(List.of("127.0.0.1:" + proxy.port()))
            .prefix("contract");
    classic.ifPresent(config::classic);
    RabbitTransport opened = RabbitTransport.open(config.build(), time.environment());
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
    // After this, nothing that the old transport does reaches the broker.
    proxy.close();
    RabbitTransport dead = transport.orElseThrow();
    proxy = new FaultProxy(RabbitServer.shared().port());
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
    transport.ifPresent(RabbitTransport::close);
    proxy.close();
    time.close();
  }
}
