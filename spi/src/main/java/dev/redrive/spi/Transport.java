// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.idempotency.IdempotencyStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Moves and keeps messages. It knows due times, leases and attempt counts; it knows nothing of
 * policies, handlers or gates, which are the engine's.
 *
 * <p>Thread-safe. No method blocks on I/O but {@link #close}. Stages fail with {@link
 * TransportException}. A queue must be provisioned before any other call names it.
 */
public interface Transport extends AutoCloseable {

  /** What it can do here, probed from the live server when it was opened. */
  Capabilities capabilities();

  /** Creates what the queue needs, or adapts it to the changed spec. Idempotent. */
  CompletionStage<Void> provision(QueueSpec queue);

  /**
   * Stores messages, in the list's order. The stage completes when each is durable or refused, with
   * one result a message in the same order; when it fails, each is unknown.
   */
  CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch);

  /**
   * Stores messages, in the list's order, within the transaction of a connection of the caller's:
   * they are there when that commits, and never were if it does not. Runs on the caller's thread,
   * and ends no transaction; needs {@link Capability#CALLER_TRANSACTION}.
   *
   * @param connection to the transport's database, with auto-commit off
   * @return one result a message, in the same order, which holds if the transaction commits
   * @throws SQLException if the database does not take them; the transaction is to be rolled back
   */
  default List<PublishResult> publish(Connection connection, String queue, List<OutMessage> batch)
      throws SQLException {
    throw new UnsupportedCapabilityException(
        "this transport cannot send within a transaction of a database");
  }

  /** Begins to hand over due messages to the sink, none before {@link Subscription#request}. */
  Subscription subscribe(String queue, SubscribeOptions options, Sink sink);

  /** The queue's dead letters. */
  DeadLetters deadLetters(String queue);

  /** What is known of a message; needs {@link Capability#MESSAGE_BY_ID}. */
  CompletionStage<Optional<MessageStatus>> find(String queue, String id);

  /** Takes a message back that is not leased; needs {@link Capability#MESSAGE_BY_ID}. */
  CompletionStage<Boolean> cancel(String queue, String id);

  /** How many messages are where. */
  CompletionStage<QueueStats> stats(String queue);

  /**
   * The idempotency store that it keeps beside its messages, usable until it is closed; empty if it
   * keeps none.
   */
  default Optional<IdempotencyStore> idempotencyStore() {
    return Optional.empty();
  }

  /** Tells the listener the present state and then each change, on a thread of the transport. */
  void onState(Consumer<TransportState> listener);

  /** Ends subscriptions, gives leases back uncounted, and releases everything. Idempotent. */
  @Override
  void close();
}
