// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Handler;
import dev.redrive.retry.Failure;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.retry.Verdict;
import dev.redrive.testkit.Poll;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attempts at once, in inboxes that know nothing of each other, as those of processes do. */
@Timeout(180)
class InboxRaceTest {
  private static final String BOOK = "INSERT INTO bookings (id) VALUES (?)";
  private static final int PROCESSES = 4;

  private final AtomicInteger calls = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private Future<?> handled(Handler<String> handler, String id) {
    return threads.submit(
        () -> {
          handler.handle(InboxTest.message(id));
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource
  void of_attempts_at_once_one_has_the_effect(TestDatabase database) throws Exception {
    UrlSource source = InboxTest.sourceWithBookings(database);
    List<Handler<String>> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(
          Inbox.open(source)
              .handler(
                  (connection, message) -> {
                    calls.incrementAndGet();
                    UrlSource.execute(connection, BOOK, message.id());
                  }));
    }
    int rounds = 25;
    for (int round = 0; round < rounds; round++) {
      List<Future<?>> attempts = new ArrayList<>();
      for (Handler<String> process : processes) {
        attempts.add(handled(process, "raced/" + round));
      }
      for (Future<?> attempt : attempts) {
        attempt.get();
      }
    }

    assertThat(InboxTest.bookings(source)).isEqualTo(rounds);
    assertThat(calls).hasValue(rounds);
  }

  @ParameterizedTest
  @EnumSource
  void who_waited_runs_when_the_first_one_was_rolled_back(TestDatabase database) throws Exception {
    UrlSource source = InboxTest.sourceWithBookings(database);
    CountDownLatch inFirst = new CountDownLatch(1);
    CountDownLatch mayFail = new CountDownLatch(1);
    Handler<String> first =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  UrlSource.execute(connection, BOOK, "first");
                  inFirst.countDown();
                  mayFail.await();
                  throw new IllegalStateException("first");
                });
    Handler<String> others =
        Inbox.open(source)
            .patience(Duration.ofMinutes(1))
            .handler(
                (connection, message) -> {
                  calls.incrementAndGet();
                  UrlSource.execute(connection, BOOK, "other");
                });
    Future<?> failing = handled(first, "a");
    inFirst.await();
    // Several, which must not lock each other out when they are let go.
    List<Future<?>> waiting = List.of(handled(others, "a"), handled(others, "a"));
    awaitWaiting(source, database, 2);
    mayFail.countDown();

    assertThatThrownBy(failing::get).hasRootCauseMessage("first");
    for (Future<?> each : waiting) {
      each.get();
    }
    assertThat(calls).hasValue(1);
    assertThat(InboxTest.bookings(source)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void an_attempt_that_was_given_up_and_commits_late_does_so_alone(TestDatabase database)
      throws Exception {
    UrlSource source = InboxTest.sourceWithBookings(database);
    CountDownLatch inFirst = new CountDownLatch(1);
    CountDownLatch mayCommit = new CountDownLatch(1);
    Handler<String> zombie =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  UrlSource.execute(connection, BOOK, "zombie");
                  inFirst.countDown();
                  mayCommit.await();
                });
    Inbox inbox = Inbox.open(source).patience(Duration.ofSeconds(1));
    Handler<String> next =
        inbox.handler(
            (connection, message) -> {
              calls.incrementAndGet();
              UrlSource.execute(connection, BOOK, "next");
            });
    Future<?> late = handled(zombie, "a");
    inFirst.await();

    // Its patience ends first, and that is no reason to give the message up.
    assertThatThrownBy(() -> next.handle(InboxTest.message("a")))
        .satisfies(InboxRaceTest::isTransient)
        .hasMessageContaining("has not ended");
    mayCommit.countDown();
    late.get();
    next.handle(InboxTest.message("a"));

    assertThat(calls).hasValue(0);
    assertThat(InboxTest.bookings(source)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void handlers_that_lock_each_other_out_are_tried_again(TestDatabase database) throws Exception {
    UrlSource source = InboxTest.sourceWithBookings(database);
    source.execute("CREATE TABLE stock (item INT PRIMARY KEY, count INT NOT NULL)");
    source.execute("INSERT INTO stock VALUES (1, 0), (2, 0)");
    CyclicBarrier both = new CyclicBarrier(2);
    Handler<String> handler =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  int mine = Integer.parseInt(message.id());
                  String take = "UPDATE stock SET count = count + 1 WHERE item = ?";
                  UrlSource.execute(connection, take, mine);
                  both.await(1, TimeUnit.MINUTES);
                  UrlSource.execute(connection, take, 3 - mine);
                });

    List<Future<?>> attempts = List.of(handled(handler, "1"), handled(handler, "2"));
    List<Throwable> failures = new ArrayList<>();
    for (Future<?> attempt : attempts) {
      try {
        attempt.get();
      } catch (ExecutionException failed) {
        failures.add(failed.getCause());
      }
    }

    assertThat(failures).hasSize(1).allSatisfy(InboxRaceTest::isTransient);
    assertThat(source.number("SELECT SUM(count) FROM stock")).isEqualTo(2);
    assertThat(source.number("SELECT COUNT(*) FROM redrive_inbox")).isEqualTo(1);
  }

  private static void isTransient(Throwable failure) {
    Verdict verdict =
        RetryPolicy.defaults().decide(Failure.of(1, failure, Instant.EPOCH), new Random(1));
    assertThat(verdict).as(failure.toString()).isInstanceOf(Verdict.Retry.class);
  }

  /** Until so many transactions wait for another one, as far as the server tells. */
  private static void awaitWaiting(UrlSource source, TestDatabase database, int count) {
    String waiting =
        switch (database) {
          case POSTGRESQL ->
              "SELECT COUNT(*) FROM pg_stat_activity"
                  + " WHERE datname = current_database() AND wait_event_type = 'Lock'";
          // Not innodb_trx, which shows the same for as long as it is looked at all the time.
          case MARIADB ->
              "SELECT variable_value FROM information_schema.global_status"
                  + " WHERE variable_name = 'Innodb_row_lock_current_waits'";
          case H2 ->
              "SELECT COUNT(*) FROM information_schema.sessions"
                  + " WHERE executing_statement LIKE 'MERGE INTO redrive_inbox%'";
        };
    Poll.until("attempts that wait", Duration.ofMinutes(1), () -> source.number(waiting) >= count);
  }
}
