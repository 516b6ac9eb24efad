// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.idempotency.Begun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the contract does not ask: several processes, the tables, what is over, and what fails. */
@Timeout(180)
class SqlIdempotencyStoreTest {
  private static final Duration LEASE = Duration.ofMinutes(10);
  private static final byte[] OK = {1};
  private static final int PROCESSES = 4;
  private static final int KEYS = 30;

  private static <R> R get(CompletionStage<R> stage) {
    return stage.toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
  }

  @ParameterizedTest
  @EnumSource
  void stores_opened_at_once_make_the_tables_together(TestDatabase database) throws Exception {
    UrlSource source = database.newSource();

    atOnce(
        () -> {
          try (SqlIdempotencyStore store = SqlIdempotencyStore.open(source)) {
            return get(store.begin("mine", LEASE));
          }
        });

    assertThat(source.number("SELECT COUNT(*) FROM redrive_store")).isEqualTo(1);
    assertThat(source.number("SELECT COUNT(*) FROM redrive_keys")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void of_all_processes_one_gets_each_key(TestDatabase database) throws Exception {
    UrlSource source = database.newSource();
    List<String> keys = IntStream.range(0, 300).mapToObj(i -> "raced/" + i).toList();

    List<Long> taken =
        atOnce(
            () -> {
              try (SqlIdempotencyStore store = SqlIdempotencyStore.open(source)) {
                List<CompletionStage<Begun>> begun = new ArrayList<>();
                keys.forEach(key -> begun.add(store.begin(key, LEASE)));
                return begun.stream().filter(each -> get(each) instanceof Begun.New).count();
              }
            });

    assertThat(taken.stream().mapToLong(each -> each).sum()).isEqualTo(keys.size());
  }

  private static <R> List<R> atOnce(Callable<R> process) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(PROCESSES);
    CountDownLatch start = new CountDownLatch(1);
    try {
      List<Future<R>> all = new ArrayList<>();
      for (int i = 0; i < PROCESSES; i++) {
        all.add(
            threads.submit(
                () -> {
                  start.await();
                  return process.call();
                }));
      }
      start.countDown();
      List<R> results = new ArrayList<>();
      for (Future<R> each : all) {
        results.add(each.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void of_many_calls_on_few_keys_each_gets_its_own_answer(TestDatabase database) {
    try (SqlIdempotencyStore store = SqlIdempotencyStore.open(database.newSource())) {
      List<CompletionStage<Begun>> begun = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        begun.add(store.begin("key/" + i % KEYS, LEASE));
      }
      List<CompletionStage<Boolean>> completed = new ArrayList<>();
      for (int i = 0; i < begun.size(); i++) {
        Begun answer = get(begun.get(i));
        // Calls on one key are run in the order in which they are made.
        assertThat(answer instanceof Begun.New).as("call %d", i).isEqualTo(i < KEYS);
        if (answer instanceof Begun.New mine) {
          completed.add(store.complete("key/" + i, mine.owner(), new byte[] {(byte) i}, LEASE));
        }
      }
      for (int i = 0; i < KEYS; i++) {
        assertThat(get(completed.get(i))).isTrue();
        assertThat(((Begun.Done) get(store.begin("key/" + i, LEASE))).result())
            .containsExactly((byte) i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void tables_of_a_later_release_are_refused(TestDatabase database) {
    UrlSource source = database.newSource();
    SqlIdempotencyStore.open(source).close();
    source.execute("UPDATE redrive_store SET version = 2");

    assertThatThrownBy(() -> SqlIdempotencyStore.open(source))
        .isInstanceOf(SqlStoreException.class)
        .hasMessageContaining("version 2");
  }

  @ParameterizedTest
  @EnumSource
  void what_is_over_is_deleted_a_thousand_at_a_time_and_nothing_else(TestDatabase database) {
    UrlSource source = database.newSource();
    AtomicLong nanos = new AtomicLong();
    Sweeper sweeper = new Sweeper(Schema.open(source), "redrive_keys", nanos::get);
    try (SqlIdempotencyStore store = SqlIdempotencyStore.open(source)) {
      List<CompletionStage<Begun>> begun = new ArrayList<>();
      for (int i = 0; i < 1_500; i++) {
        begun.add(store.begin("over/" + i, LEASE));
      }
      begun.forEach(SqlIdempotencyStoreTest::get);
      source.execute("UPDATE redrive_keys SET ends_us = ends_us - ?", Micros.of(LEASE));
      get(store.begin("held", LEASE));

      sweeper.sweepIfDue();
      assertThat(source.number("SELECT COUNT(*) FROM redrive_keys")).isEqualTo(501);
      // At once, since that was not all; then not for a minute.
      sweeper.sweepIfDue();
      assertThat(source.number("SELECT COUNT(*) FROM redrive_keys")).isEqualTo(1);
      source.execute("UPDATE redrive_keys SET ends_us = ends_us - ?", Micros.of(LEASE));
      sweeper.sweepIfDue();
      assertThat(source.number("SELECT COUNT(*) FROM redrive_keys")).isEqualTo(1);

      nanos.set(Duration.ofMinutes(1).toNanos());
      sweeper.sweepIfDue();
      assertThat(source.number("SELECT COUNT(*) FROM redrive_keys")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_store_sweeps_by_itself_when_something_is_done(TestDatabase database) {
    UrlSource source = database.newSource();
    try (SqlIdempotencyStore store = SqlIdempotencyStore.open(source)) {
      get(store.begin("over", LEASE));
      source.execute("UPDATE redrive_keys SET ends_us = ends_us - ?", Micros.of(LEASE));

      String owner = ((Begun.New) get(store.begin("a", LEASE))).owner();
      get(store.complete("a", owner, OK, LEASE));
      // What is asked next is run when the batch before, and what follows it, is over.
      get(store.complete("a", owner, OK, LEASE));

      assertThat(source.number("SELECT COUNT(*) FROM redrive_keys")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_key_that_no_table_tells_apart_is_refused(TestDatabase database) {
    try (SqlIdempotencyStore store = SqlIdempotencyStore.open(database.newSource())) {
      for (String key : List.of("", "k".repeat(501), "half \ud83d")) {
        assertThatThrownBy(() -> get(store.begin(key, LEASE)))
            .hasCauseInstanceOf(IllegalArgumentException.class);
      }
      assertThat(get(store.begin("日".repeat(500), LEASE))).isInstanceOf(Begun.New.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_closed_store_refuses_what_is_asked(TestDatabase database) {
    SqlIdempotencyStore store = SqlIdempotencyStore.open(database.newSource());
    store.close();
    store.close();

    CompletionStage<Begun> late = store.begin("late", LEASE);

    assertThatThrownBy(() -> get(late)).isInstanceOf(Exception.class);
  }
}
