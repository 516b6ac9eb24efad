// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.Message;
import java.sql.Connection;

/**
 * Processes messages in a database's transaction, which an {@link Inbox} begins and commits.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface TransactionalHandler<T> {

  /**
   * Processes one message. What it does on this connection is committed together with the note that
   * it was done, or not at all; what it does elsewhere is not part of that.
   *
   * @param connection open and in a transaction, for this call alone. To commit, to roll back but
   *     to a savepoint, and to have it commit by itself is refused; to close it does nothing. A
   *     statement at which the database commits by itself, such as {@code CREATE TABLE} in MariaDB,
   *     tears the two apart
   * @throws Exception if the attempt failed; all of it is rolled back
   */
  void handle(Connection connection, Message<T> message) throws Exception;
}
