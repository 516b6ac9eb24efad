// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.OutMessage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * What is said to the database most often, and said otherwise to each kind. None of them ends a
 * transaction.
 *
 * <p><b>Crash points.</b> A message's whole life is in one row, and each step of it is one change
 * of that row: what was committed has happened, what was not has not, and there is nothing between
 * two steps. If the answer to a commit is lost, the one who asked does not know which of both it
 * is. To publish again is then a duplicate of the same id; to settle again finds the lease used.
 */
interface Statements {

  /** True if {@link #change} and {@link #claim} are one statement each, that commits by itself. */
  boolean isAtomic();

  /**
   * Stores those of the messages, no two of one id, whose ids are not known.
   *
   * @param ticket by whom and the how-manieth it is, which is used once
   * @return the ids of those that were stored
   */
  Set<String> insert(
      Connection connection,
      QueueTable table,
      List<OutMessage> messages,
      boolean isOrdered,
      Ticket ticket)
      throws SQLException;

  /** Leases what is due, the earliest first. */
  List<Claimed> claim(Connection connection, QueueTable table, Claim claim) throws SQLException;

  /**
   * Changes the rows whose leases still hold, and no others.
   *
   * @param changes of one kind, no two of one lease
   * @return the leases of those that were changed
   */
  Set<SqlLease> change(Connection connection, QueueTable table, List<Change> changes, EndRule rule)
      throws SQLException;

  /**
   * What ends a message or a lane's place: as the queue's spec has it at this moment.
   *
   * @param dedupMillis how long an id is remembered
   * @param goesOn true if those behind a dead message go on
   */
  record EndRule(long dedupMillis, boolean goesOn) {}

  /**
   * The sign of one statement.
   *
   * @param owner the number of the transport
   * @param number counted by it
   */
  record Ticket(long owner, long number) {}
}
