// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.Message;
import java.sql.Connection;

/**
 * A handler in a transaction that leaves a result. The inbox keeps it, and answers duplicates with
 * it.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface TransactionalResultHandler<T> extends TransactionalHandler<T> {

  /**
   * Processes one message, as {@link #handle} does.
   *
   * @return what is to be kept, at most {@link
   *     dev.redrive.idempotency.IdempotencyStore#RESULT_BYTES_MAX} bytes; more fails the attempt
   * @throws Exception if the attempt failed; all of it is rolled back
   */
  byte[] result(Connection connection, Message<T> message) throws Exception;

  @Override
  default void handle(Connection connection, Message<T> message) throws Exception {
    result(connection, message);
  }
}
