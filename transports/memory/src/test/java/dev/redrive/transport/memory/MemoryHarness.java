// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Memory transports on virtual time. */
final class MemoryHarness implements TransportHarness {
  private static final long SEED = 7;

  private final VirtualTime time = new VirtualTime();
  private final Optional<MemoryStore> store;
  private final Optional<CountedThreads> threads;
  private Optional<MemoryTransport> current = Optional.empty();

  private MemoryHarness(Optional<MemoryStore> store, Optional<CountedThreads> threads) {
    this.store = store;
    this.threads = threads;
  }

  /** All in one thread, and nothing outlives a transport. */
  static MemoryHarness alone() {
    return new MemoryHarness(Optional.empty(), Optional.empty());
  }

  /** All in one thread, with what a transport held kept for the next one. */
  static MemoryHarness kept() {
    return new MemoryHarness(Optional.of(new MemoryStore()), Optional.empty());
  }

  /** As {@link #kept}, but handing over on several real threads. */
  static MemoryHarness threaded() {
    return new MemoryHarness(Optional.of(new MemoryStore()), Optional.of(new CountedThreads()));
  }

  private Environment environment() {
    return threads
        .map(
            pool ->
                time.environment(
                    SEED,
                    pool,
                    loop -> {
                      throw new IllegalStateException("the memory transport starts no threads");
                    }))
        .orElseGet(() -> time.environment(SEED));
  }

  @Override
  public Transport open() {
    Environment environment = environment();
    MemoryTransportConfig config = MemoryTransportConfig.defaults();
    MemoryTransport opened =
        store
            .map(kept -> new MemoryTransport(environment, config, kept))
            .orElseGet(() -> new MemoryTransport(environment, config));
    current = Optional.of(opened);
    return opened;
  }

  @Override
  public Transport restart() {
    current.ifPresent(MemoryTransport::close);
    return open();
  }

  @Override
  public Transport crash() {
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
    do {
      threads.ifPresent(CountedThreads::awaitCalm);
      time.runUntilIdle();
    } while (threads.map(pool -> !pool.isCalm()).orElse(false));
  }

  @Override
  public boolean shiftClock(Duration by) {
    time.shift(by);
    return true;
  }

  @Override
  public void await(String what, BooleanSupplier condition) {
    advance(Duration.ZERO);
    if (!condition.getAsBoolean()) {
      throw new AssertionError("there is nothing left to run, but still not: " + what);
    }
  }

  @Override
  public void close() {
    current.ifPresent(MemoryTransport::close);
    threads.ifPresent(CountedThreads::close);
  }
}
