// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Transport;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The embedded transport in a temporary folder, on virtual time and with threads of its own. */
final class EmbeddedHarness implements TransportHarness {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final VirtualTime time = new VirtualTime();
  private final RealThreads threads = new RealThreads();
  private final Path root;
  private Optional<EmbeddedTransport> transport = Optional.empty();
  private int crashes;

  EmbeddedHarness() {
    try {
      root = Files.createTempDirectory("redrive-embedded");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the transport's threads have nothing to do. */
  void awaitCalm() {
    threads.awaitCalm();
  }

  /** How many records a copy of the folder has in this family, as a killed process leaves it. */
  int count(Family family) {
    Path copy = root.resolve("copy-" + family);
    Folders.copyAsKilled(folder(), copy);
    int count = 0;
    try (DataFolder data = DataFolder.open(copy);
        Store store = Store.open(data);
        Cursor cursor = store.scan(family, new byte[] {0}, new byte[] {-1, -1, -1})) {
      for (; cursor.isValid(); cursor.next()) {
        count++;
      }
    }
    Folders.delete(copy);
    return count;
  }

  private Path folder() {
    return root.resolve("data-" + crashes);
  }

  @Override
  public Transport open() {
    EmbeddedTransport opened =
        EmbeddedTransport.open(
            EmbeddedTransportConfig.builder(folder()).build(), threads.environment(time));
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
    threads.awaitCalm();
    Path before = folder();
    crashes++;
    Folders.copyAsKilled(before, folder());
    // What the old process still does happens in the old folder, where nobody looks.
    transport.orElseThrow().close();
    return open();
  }

  @Override
  public InstantSource clock() {
    return time;
  }

  @Override
  public void advance(Duration by) {
    time.advance(by);
    threads.awaitCalm();
    time.runUntilIdle();
    threads.awaitCalm();
  }

  @Override
  public boolean shiftClock(Duration by) {
    time.shift(by);
    return true;
  }

  @Override
  public void await(String what, BooleanSupplier condition) {
    Poll.until(
        what,
        BOUND,
        () -> {
          time.runUntilIdle();
          return condition.getAsBoolean();
        });
  }

  @Override
  public void close() {
    transport.ifPresent(EmbeddedTransport::close);
    threads.close();
    Folders.delete(root);
  }
}
