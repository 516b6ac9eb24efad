// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.gate.GateView;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A named queue: messages are sent to it, handlers or leases take them from it. Thread-safe.
 *
 * @param <T> the payload's type
 */
public interface Queue<T> {

  /** The queue's name. */
  String name();

  /** The options it was last declared with. */
  QueueOptions<T> options();

  /**
   * True if a second message of one id is recognised and not stored. Not every transport can do
   * that; where it cannot, an id is a name for the message and no more.
   */
  boolean isDeduplicated();

  /** Sends a payload that is due at once. As {@link #send(Outgoing)}. */
  default CompletionStage<Receipt> send(T payload) {
    return send(Outgoing.of(payload));
  }

  /**
   * Sends a message. The stage completes when the message is durable, or exceptionally with {@link
   * SendRefusedException} or {@link TransportException}.
   */
  CompletionStage<Receipt> send(Outgoing<T> message);

  /**
   * Sends messages together, in the list's order. Each is accepted or refused by itself; the stage
   * gives one result a message, in the same order.
   */
  CompletionStage<List<SendResult>> sendAll(List<Outgoing<T>> messages);

  /**
   * Sends a message within a transaction of the caller's, on the database that the queue itself is
   * in: the message is there when that transaction commits, and never was if it does not. Blocks
   * for a statement, and ends no transaction. Listeners do not hear {@link Event.Sent} of it, and
   * {@link dev.redrive.trace.Tracer} is told that it was sent, whether it is committed or not.
   *
   * @param connection to that database, with auto-commit off
   * @return what holds if the transaction commits
   * @throws SQLException if the database did not take it; the transaction is to be rolled back
   * @throws SendRefusedException if the message is not accepted; the transaction may go on
   * @throws UnsupportedCapabilityException if the queue is not in a database
   */
  Receipt send(Connection connection, Outgoing<T> message) throws SQLException;

  /** Starts processing with this handler, in addition to others that may run already. */
  Worker handle(Handler<T> handler);

  /** Starts processing with this handler, in addition to others that may run already. */
  Worker handleAsync(AsyncHandler<T> handler);

  /**
   * Takes up to {@code max} due messages under a lease, for a consumer that settles them itself.
   *
   * @param max how many at most, 1 to 1,000
   * @param wait how long to wait for the first one; zero waits no longer than a transport needs to
   *     look, a tenth of a second
   * @param lease for how long they may be settled
   * @return those that were there; empty if none came in time
   */
  CompletionStage<List<Delivery<T>>> lease(int max, Duration wait, Duration lease);

  /** Starts nothing more until {@link #resume}; what runs goes on. Sending stays possible. */
  void pause(String reason);

  /**
   * Ends a pause, if there is one; and gates of the queue that hold it by themselves let it go on,
   * such as one that stopped it because most of its messages died.
   */
  void resume();

  /** Why the queue is paused; empty while it is not. */
  Optional<String> pauseReason();

  /** What stands in front of attempts, in the order in which it is asked. */
  List<GateView> gates();

  /** What is known of a message of this id: waiting, dead, or ended not long ago. */
  CompletionStage<Optional<MessageStatus>> find(String id);

  /** Takes a message back. False if it is running, has ended, or is not known. */
  CompletionStage<Boolean> cancel(String id);

  /** How many messages are where. */
  CompletionStage<QueueStats> stats();

  /** What came of the queue's {@link Idempotency}; empty if it has none. */
  Optional<IdempotencyStatus> idempotency();

  /** The messages of this queue that could not be processed. */
  DeadLetters deadLetters();
}
