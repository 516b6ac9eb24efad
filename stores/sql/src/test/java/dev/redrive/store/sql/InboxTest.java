// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Handler;
import dev.redrive.IdempotencyKey;
import dev.redrive.Message;
import dev.redrive.retry.RejectedException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One attempt after another. */
@Timeout(180)
class InboxTest {
  private static final String BOOK = "INSERT INTO bookings (id) VALUES (?)";

  private final AtomicInteger calls = new AtomicInteger();

  static UrlSource sourceWithBookings(TestDatabase database) {
    UrlSource source = database.newSource();
    source.execute("CREATE TABLE bookings (id VARCHAR(100) NOT NULL)");
    return source;
  }

  static Message<String> message(String id) {
    return new Message<>(
        id, "orders", "payload", Map.of(), Optional.empty(), 1, Instant.EPOCH, Optional.empty());
  }

  static long bookings(UrlSource source) {
    return source.number("SELECT COUNT(*) FROM bookings");
  }

  private void book(Connection connection, Message<String> message) throws SQLException {
    calls.incrementAndGet();
    UrlSource.execute(connection, BOOK, message.id());
  }

  @ParameterizedTest
  @EnumSource
  void a_duplicate_is_acknowledged_without_the_handler(TestDatabase database) throws Exception {
    UrlSource source = sourceWithBookings(database);
    Handler<String> handler = Inbox.open(source).handler(this::book);

    handler.handle(message("a"));
    // As after a crash between the commit and the acknowledgement: by another process.
    Handler<String> next = Inbox.open(source).handler(this::book);
    next.handle(message("a"));
    next.handle(message("b"));

    assertThat(calls).hasValue(2);
    assertThat(bookings(source)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void a_failed_attempt_leaves_nothing_and_the_next_one_runs(TestDatabase database)
      throws Exception {
    UrlSource source = sourceWithBookings(database);
    Handler<String> handler =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  book(connection, message);
                  if (calls.get() == 1) {
                    throw new IllegalStateException("first");
                  }
                });

    assertThatThrownBy(() -> handler.handle(message("a"))).hasMessage("first");
    assertThat(bookings(source)).isZero();
    handler.handle(message("a"));

    assertThat(calls).hasValue(2);
    assertThat(bookings(source)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void an_error_is_rolled_back_as_well(TestDatabase database) {
    UrlSource source = sourceWithBookings(database);
    Handler<String> handler =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  book(connection, message);
                  throw new StackOverflowError();
                });

    assertThatThrownBy(() -> handler.handle(message("a"))).isInstanceOf(StackOverflowError.class);

    assertThat(bookings(source)).isZero();
    assertThat(source.number("SELECT COUNT(*) FROM redrive_inbox")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void a_result_is_kept_for_the_duplicates(TestDatabase database) throws Exception {
    byte[] receipt = "receipt 4711".getBytes(StandardCharsets.UTF_8);
    UrlSource source = sourceWithBookings(database);
    TransactionalResultHandler<String> charge =
        (connection, message) -> {
          book(connection, message);
          return receipt;
        };

    assertThat(Inbox.open(source).handler(charge).result(message("a"))).isEqualTo(receipt);
    assertThat(Inbox.open(source).handler(charge).result(message("a"))).isEqualTo(receipt);

    assertThat(calls).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void a_result_that_is_too_long_fails_the_attempt(TestDatabase database) {
    UrlSource source = sourceWithBookings(database);
    TransactionalResultHandler<String> charge =
        (connection, message) -> {
          book(connection, message);
          return new byte[64 * 1_024 + 1];
        };

    assertThatThrownBy(() -> Inbox.open(source).handler(charge).result(message("a")))
        .hasMessageContaining("65537");
    assertThat(bookings(source)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void the_handler_does_not_end_its_transaction(TestDatabase database) throws Exception {
    UrlSource source = sourceWithBookings(database);
    Handler<String> handler =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
                  assertThatThrownBy(connection::rollback).isInstanceOf(SQLException.class);
                  assertThatThrownBy(() -> connection.setAutoCommit(true))
                      .isInstanceOf(SQLException.class);
                  connection.setAutoCommit(false);
                  connection.close();
                  assertThat(connection.isClosed()).isFalse();
                  assertThat(Set.of(connection).contains(connection)).isTrue();
                  book(connection, message);
                });

    handler.handle(message("a"));

    assertThat(bookings(source)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void a_handler_may_go_back_to_a_savepoint(TestDatabase database) throws Exception {
    UrlSource source = sourceWithBookings(database);
    Handler<String> handler =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  Savepoint before = connection.setSavepoint();
                  book(connection, message);
                  connection.rollback(before);
                });

    handler.handle(message("a"));
    handler.handle(message("a"));

    assertThat(calls).hasValue(1);
    assertThat(bookings(source)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void what_follows_a_transaction_that_was_rolled_back_is_not_committed(TestDatabase database) {
    UrlSource source = sourceWithBookings(database);
    Handler<String> handler =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  // As MariaDB does it by itself to who is in another one's way.
                  UrlSource.execute(connection, "ROLLBACK");
                  book(connection, message);
                });

    assertThatThrownBy(() -> handler.handle(message("a")))
        .isInstanceOf(SQLTransientException.class);

    assertThat(bookings(source)).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = "POSTGRESQL")
  void a_failed_statement_that_the_handler_ignores_is_no_success(TestDatabase database) {
    UrlSource source = sourceWithBookings(database);
    Handler<String> handler =
        Inbox.open(source)
            .handler(
                (connection, message) -> {
                  book(connection, message);
                  assertThatThrownBy(() -> UrlSource.execute(connection, "SELECT nothing"))
                      .isInstanceOf(SQLException.class);
                });

    assertThatThrownBy(() -> handler.handle(message("a"))).isInstanceOf(SQLException.class);
    assertThat(bookings(source)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void messages_are_told_apart_by_queue_and_key(TestDatabase database) throws Exception {
    UrlSource source = sourceWithBookings(database);
    Handler<String> handler =
        Inbox.open(source).handler(IdempotencyKey.header("order"), this::book);

    handler.handle(ordered("1", "orders", "17"));
    handler.handle(ordered("2", "orders", "17"));
    handler.handle(ordered("3", "orders", "18"));
    handler.handle(ordered("4", "other", "17"));

    assertThat(bookings(source)).isEqualTo(3);
    assertThatThrownBy(() -> handler.handle(message("none"))).isInstanceOf(RejectedException.class);
    assertThatThrownBy(() -> handler.handle(ordered("5", "orders", "half \ud83d")))
        .isInstanceOf(RejectedException.class);
  }

  private static Message<String> ordered(String id, String queue, String order) {
    return new Message<>(
        id,
        queue,
        "payload",
        Map.of("order", order),
        Optional.empty(),
        1,
        Instant.EPOCH,
        Optional.empty());
  }

  @ParameterizedTest
  @EnumSource
  void what_is_over_is_swept_when_something_is_done(TestDatabase database) throws Exception {
    UrlSource source = sourceWithBookings(database);
    Inbox.open(source).ttl(Duration.ofHours(1)).handler(this::book).handle(message("a"));
    Inbox.open(source).ttl(Duration.ofHours(3)).handler(this::book).handle(message("b"));
    source.execute(
        "UPDATE redrive_inbox SET ends_us = ends_us - ?", Micros.of(Duration.ofHours(2)));

    Handler<String> next = Inbox.open(source).handler(this::book);
    next.handle(message("c"));

    assertThat(source.number("SELECT COUNT(*) FROM redrive_inbox")).isEqualTo(2);
    next.handle(message("b"));
    assertThat(calls).hasValue(3);
    next.handle(message("a"));
    assertThat(calls).hasValue(4);
  }
}
