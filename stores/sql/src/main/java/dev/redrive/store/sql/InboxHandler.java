// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.IdempotencyKey;
import dev.redrive.Message;
import dev.redrive.ResultHandler;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.retry.RejectedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a handler between the note that its message is taken in and the commit of both.
 *
 * <p>What a crash of the process leaves, by where it strikes:
 *
 * <ul>
 *   <li>before the commit: nothing, for the server rolls back what its client left; the message
 *       comes again and waits until that has happened;
 *   <li>while the commit is on its way: all of it or nothing, as if before or after it;
 *   <li>after the commit, before the message was acknowledged: it comes again, is found done, and
 *       acknowledged without the handler.
 * </ul>
 *
 * An error, or an end of memory, is at each point a rollback or a commit as well, since a
 * connection that is lost is rolled back.
 */
final class InboxHandler<T> implements ResultHandler<T> {
  private static final Logger log = LoggerFactory.getLogger(InboxHandler.class);
  private static final byte[] NO_RESULT = {};

  private final InboxTable table;
  private final InboxTerms terms;
  private final IdempotencyKey<? super T> key;
  private final TransactionalHandler<T> handler;

  InboxHandler(
      InboxTable table,
      InboxTerms terms,
      IdempotencyKey<? super T> key,
      TransactionalHandler<T> handler) {
    this.table = table;
    this.terms = terms;
    this.key = key;
    this.handler = handler;
  }

  @Override
  public byte[] result(Message<T> message) throws Exception {
    KeyId id = id(message);
    byte[] result;
    try (Intake intake = table.takeIn(id, terms)) {
      Optional<byte[]> known = intake.known();
      if (known.isPresent()) {
        log.info(
            "message {} of queue {} was done before and is acknowledged: key {}",
            message.id(),
            message.queue(),
            id);
        return known.get();
      }
      result = call(intake.connection(), message);
      intake.commit(result);
    }
    table.sweepIfDue();
    return result;
  }

  // A queue's name has no slash, so that keys of different queues never meet.
  private KeyId id(Message<T> message) {
    String text =
        key.of(message).orElseThrow(() -> new RejectedException("it has no idempotency key"));
    try {
      return KeyId.of(message.queue() + "/" + text);
    } catch (IllegalArgumentException noKey) {
      throw new RejectedException("its idempotency key cannot be used: " + noKey.getMessage());
    }
  }

  private byte[] call(Connection connection, Message<T> message) throws Exception {
    Connection lent = LentConnection.of(connection);
    if (!(handler instanceof TransactionalResultHandler<T> leaving)) {
      handler.handle(lent, message);
      return NO_RESULT;
    }
    byte[] result = leaving.result(lent, message);
    if (result.length > IdempotencyStore.RESULT_BYTES_MAX) {
      throw new SQLException(
          "the result has %d bytes, which is over %d"
              .formatted(result.length, IdempotencyStore.RESULT_BYTES_MAX),
          "22001");
    }
    return result;
  }
}
