// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Transport;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.KafkaWay;
import dev.redrive.transport.kafka.KafkaTransportConfig.GroupProtocol;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The transport to a real broker, in real time, by a way that can be cut. */
final class KafkaHarness implements TransportHarness {
  private static final Duration BOUND = Duration.ofSeconds(40);

  /** What the broker needs, at worst, to hand over what it has. */
  private static final Duration WORK = Duration.ofMillis(100);

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final RealTime time = new RealTime(COUNT.incrementAndGet());
  private final String prefix = "contract" + COUNT.get();
  private final int partitions;
  private final GroupProtocol protocol;
  private KafkaWay way = KafkaServer.shared().way();
  private Optional<KafkaTransport> transport = Optional.empty();

  /**
   * @param partitions of each queue's topic
   * @param protocol who assigns them
   */
  KafkaHarness(int partitions, GroupProtocol protocol) {
    this.partitions = partitions;
    this.protocol = protocol;
  }

  @Override
  public Transport open() {
    KafkaTransport opened =
        KafkaTransport.open(
            KafkaTransportConfig.builder()
                .servers(List.of(way.bootstrap()))
                .prefix(prefix)
                .partitions(partitions)
                .groupProtocol(protocol)
                .requestTime(Duration.ofSeconds(4))
                .transactionTime(Duration.ofSeconds(2))
                .sessionTime(Duration.ofSeconds(3))
                .graceTime(Duration.ofSeconds(1))
                .build(),
            time.environment());
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
    way.close();
    KafkaTransport dead = transport.orElseThrow();
    way = KafkaServer.shared().way();
    Transport opened = open();
    time.environment().threads().newThread(dead::close).start();
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
    return Duration.ofMillis(1_500);
  }

  @Override
  public Duration longest() {
    return Duration.ofSeconds(12);
  }

  @Override
  public boolean cut() {
    way.cut();
    return true;
  }

  @Override
  public void heal() {
    way.heal();
  }

  @Override
  public void close() {
    transport.ifPresent(KafkaTransport::close);
    way.close();
    time.close();
  }
}
