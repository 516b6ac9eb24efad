// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.IdempotencyKey;
import dev.redrive.ResultHandler;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * Handles each message once, for effects that are in a database: the handler runs in a transaction
 * that also notes the message as done, so that both are committed or neither is.
 *
 * <pre>{@code
 * Inbox inbox = Inbox.open(dataSource);
 * orders.handle(inbox.handler((connection, message) -> book(connection, message.payload())));
 * }</pre>
 *
 * <p>The note is written first. Of several attempts under one key, in whatever processes, the
 * others wait for the first one's end: when it has committed, they find the message done, and it is
 * acknowledged without the handler; when it was rolled back, the next one runs. This holds as well
 * for an attempt that was given up, because its lease or its time had ended, and goes on all the
 * same: it may commit, and then no other one does.
 *
 * <p>Who has waited for as long as {@link #patience} says fails, and that attempt counts. So does
 * one whose commit was not answered; if it took effect, the next one finds the message done.
 *
 * <p>Immutable; its handlers are thread-safe. Each attempt has one connection for as long as it
 * runs, so the data source must have as many as the queue's concurrency.
 */
public final class Inbox {
  private static final Duration TTL = Duration.ofDays(7);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PATIENCE_MAX = Duration.ofHours(1);

  private final InboxTable table;
  private final Duration ttl;
  private final Duration patience;

  private Inbox(InboxTable table, Duration ttl, Duration patience) {
    this.table = table;
    this.ttl = ttl;
    this.patience = patience;
  }

  /**
   * Opens the inbox of this database, and makes its tables if they are not there. Blocks. Notes are
   * kept for a week.
   *
   * @param source gives connections, best of a pool; it is not closed
   * @throws SqlStoreException if the database cannot be reached, or its tables not be made
   * @throws IllegalArgumentException if it is none of PostgreSQL, MariaDB, MySQL and H2
   */
  public static Inbox open(DataSource source) {
    return new Inbox(new InboxTable(Schema.open(source)), TTL, PATIENCE);
  }

  /**
   * How long it is noted at least that a message was done; a duplicate that comes later is handled.
   *
   * @throws IllegalArgumentException unless more than zero
   */
  public Inbox ttl(Duration other) {
    return new Inbox(table, positive("ttl", other), patience);
  }

  /**
   * How long an attempt waits for another one under the same key; it should be less than the
   * queue's timeout.
   *
   * @throws IllegalArgumentException unless more than zero, and an hour at most
   */
  public Inbox patience(Duration other) {
    if (other.compareTo(PATIENCE_MAX) > 0) {
      throw new IllegalArgumentException("patience must be an hour at most, not " + other);
    }
    return new Inbox(table, ttl, positive("patience", other));
  }

  /** A handler that recognises messages by their ids. */
  public <T> ResultHandler<T> handler(TransactionalHandler<T> handler) {
    return handler(IdempotencyKey.messageId(), handler);
  }

  /** A handler that recognises messages by this key; one that has none is rejected. */
  public <T> ResultHandler<T> handler(
      IdempotencyKey<? super T> key, TransactionalHandler<T> handler) {
    return new InboxHandler<>(table, new InboxTerms(ttl, patience), key, handler);
  }

  private static Duration positive(String name, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(name + " must be more than zero, not " + time);
    }
    return time;
  }
}
