// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.memory.MemoryStore;
import dev.redrive.transport.memory.MemoryTransport;
import dev.redrive.transport.memory.MemoryTransportConfig;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A flawed transport around memory transports on one store, on virtual time. */
final class BrokenHarness implements TransportHarness {
  private static final long SEED = 11;

  private final MemoryStore store = new MemoryStore();
  private final Flaw flaw;
  private final VirtualTime time;
  private Optional<MemoryTransport> current = Optional.empty();

  BrokenHarness(Flaw flaw) {
    this.flaw = flaw;
    this.time = flaw.time();
  }

  @Override
  public Transport open() {
    Environment environment = flaw.environment(time.environment(SEED));
    MemoryTransport opened =
        new MemoryTransport(environment, MemoryTransportConfig.defaults(), store);
    current = Optional.of(opened);
    flaw.opened(opened);
    return flaw;
  }

  @Override
  public Transport restart() {
    flaw.restarting();
    flaw.close();
    return open();
  }

  @Override
  public Transport crash() {
    flaw.crashing();
    current.ifPresent(MemoryTransport::kill);
    return open();
  }

  @Override
  public InstantSource clock() {
    return time;
  }

  @Override
  public void advance(Duration by) {
    time.advance(by);
  }

  @Override
  public boolean shiftClock(Duration by) {
    time.shift(by);
    return true;
  }

  @Override
  public void await(String what, BooleanSupplier condition) {
    time.runUntilIdle();
    if (!condition.getAsBoolean()) {
      throw new AssertionError("there is nothing left to run, but still not: " + what);
    }
  }

  @Override
  public boolean cut() {
    return flaw.cut();
  }

  @Override
  public void heal() {
    flaw.heal();
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(5);
  }

  @Override
  public void close() {
    current.ifPresent(MemoryTransport::close);
  }
}
