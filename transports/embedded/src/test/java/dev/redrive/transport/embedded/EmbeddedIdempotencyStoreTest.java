// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.testkit.RealTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the folder adds to the contract: batches, sweeping, clocks, older folders, kills. */
class EmbeddedIdempotencyStoreTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration TTL = Duration.ofHours(1);

  @TempDir private Path root;
  private final EmbeddedKeysHarness harness = new EmbeddedKeysHarness();

  @AfterEach
  void close() {
    harness.close();
  }

  private static String owner(Begun begun) {
    return ((Begun.New) begun).owner();
  }

  @Test
  void changes_of_one_key_in_one_batch_see_each_other() {
    IdempotencyStore store = harness.open();
    List<CompletionStage<Begun>> begins = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      begins.add(store.begin("k" + i % 10, LEASE));
    }

    List<Begun> answers = begins.stream().map(harness::await).toList();

    assertThat(answers).filteredOn(Begun.New.class::isInstance).hasSize(10);
    String mine = owner(answers.get(0));
    CompletionStage<Boolean> freed = store.release("k0", mine);
    CompletionStage<Begun> next = store.begin("k0", LEASE);
    CompletionStage<Boolean> late = store.complete("k0", mine, new byte[0], TTL);
    assertThat(harness.await(freed)).isTrue();
    assertThat(harness.await(next)).isInstanceOf(Begun.New.class);
    assertThat(harness.await(late)).isFalse();
  }

  @Test
  void what_is_over_is_swept() {
    IdempotencyStore store = harness.open();
    for (int i = 0; i < 2_500; i++) {
      store.begin("held " + i, LEASE);
    }
    for (int i = 0; i < 100; i++) {
      String owner = owner(harness.await(store.begin("done " + i, LEASE)));
      harness.await(store.complete("done " + i, owner, new byte[] {1}, TTL));
    }
    assertThat(stored()).isEqualTo("2600 2600");
    harness.advance(LEASE.plusSeconds(31));
    assertThat(harness.await(store.begin("done 1", LEASE))).isInstanceOf(Begun.Done.class);
    assertThat(stored()).as("held and done, and when they end").isEqualTo("100 100");

    harness.advance(TTL.plusSeconds(31));

    assertThat(stored()).isEqualTo("0 0");
  }

  /** Closes the folder and counts what is there; opens it again. */
  private String stored() {
    harness.transport().awaitCalm();
    return harness.transport().count(Family.IDEMPOTENCY)
        + " "
        + harness.transport().count(Family.IDEMPOTENCY_ENDS);
  }

  @Test
  void a_clock_that_is_set_ends_no_lease() {
    IdempotencyStore store = harness.open();
    String owner = owner(harness.await(store.begin("k", LEASE)));

    harness.transport().shiftClock(Duration.ofDays(2));
    harness.advance(Duration.ofSeconds(31));
    Begun busy = harness.await(store.begin("k", LEASE));

    assertThat(busy).isInstanceOf(Begun.Busy.class);
    assertThat(((Begun.Busy) busy).leaseLeft()).isBetween(Duration.ofSeconds(1), LEASE);
    assertThat(harness.await(store.complete("k", owner, new byte[0], TTL))).isTrue();
  }

  @Test
  void what_is_over_by_the_wall_clock_alone_holds_up_no_sweep() {
    IdempotencyStore store = harness.open();
    for (int i = 0; i < 1_500; i++) {
      store.begin("held " + i, Duration.ofHours(3));
    }
    String owner = owner(harness.await(store.begin("done", LEASE)));
    harness.await(store.complete("done", owner, new byte[0], Duration.ofDays(1)));

    harness.transport().shiftClock(Duration.ofDays(2));
    harness.advance(Duration.ofSeconds(31));

    assertThat(stored()).as("those that are held, and nothing else").isEqualTo("1500 1500");
  }

  @Test
  void leases_that_ran_out_and_were_replaced_are_forgotten() {
    IdempotencyStore store = harness.open();
    for (int i = 0; i < 20; i++) {
      assertThat(harness.await(store.begin("k", Duration.ofMillis(1))))
          .isInstanceOf(Begun.New.class);
      harness.advance(Duration.ofMillis(2));
    }

    assertThat(harness.await(((EmbeddedIdempotencyStore) store).leaseCount())).isEqualTo(1);
  }

  @Test
  void a_folder_of_the_first_format_is_taken_over() throws IOException {
    Path data = root.resolve("data");
    open(data).close();
    Files.writeString(data.resolve("format"), "redrive-embedded 1\n");

    try (EmbeddedTransport transport = open(data)) {
      IdempotencyStore store = EmbeddedKeysHarness.store(transport);
      assertThat(store.begin("k", LEASE).toCompletableFuture().join())
          .isInstanceOf(Begun.New.class);
    }
    assertThat(data.resolve("format")).content().isEqualTo("redrive-embedded 2\n");
  }

  @Test
  void a_closed_store_refuses() {
    IdempotencyStore store = harness.open();
    harness.close();

    assertThatThrownBy(() -> store.begin("k", LEASE).toCompletableFuture().join())
        .hasCauseInstanceOf(TransportException.class);
  }

  private static EmbeddedTransport open(Path data) {
    return EmbeddedTransport.open(
        EmbeddedTransportConfig.builder(data).build(), new RealTime(1).environment());
  }

  @Test
  void a_killed_process_leaves_what_was_done_and_holds_what_was_not() throws Exception {
    Path data = root.resolve("data");
    Path log = root.resolve("log");
    for (int round = 0; round < 3; round++) {
      Process process =
          Children.start(KeyWorkload.class, data.toString(), log.toString(), "" + round);
      try {
        while (process.isAlive() && lines(log).size() < (round + 1) * 200) {
          assertThat(process.waitFor(5, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(process.isAlive()).as("still runs").isTrue();
      } finally {
        process.destroyForcibly().waitFor();
      }
      try (EmbeddedTransport transport = open(data)) {
        check(EmbeddedKeysHarness.store(transport), lines(log));
      }
    }
  }

  private static List<String> lines(Path log) throws IOException {
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  private static void check(IdempotencyStore store, List<String> lines) {
    for (String line : lines) {
      String key = line.substring(2);
      Begun begun = store.begin(key, LEASE).toCompletableFuture().join();
      if (line.startsWith("D ") || lines.contains("D " + key)) {
        assertThat(begun).as(line).isInstanceOf(Begun.Done.class);
        assertThat(((Begun.Done) begun).result()).asString().isEqualTo("result of " + key);
      } else {
        // It was killed as it completed it, or before.
        assertThat(begun).as(line).isNotInstanceOf(Begun.New.class);
      }
    }
  }
}
