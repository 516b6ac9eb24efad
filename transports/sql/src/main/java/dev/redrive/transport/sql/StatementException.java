// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.TransportException;
import java.sql.SQLException;
import java.util.Set;

/** The database was there and did not take a statement. */
final class StatementException extends TransportException {
  private static final long serialVersionUID = 1L;

  // Of PostgreSQL and of MariaDB: the disk or the table is full.
  private static final Set<String> FULL_STATES = Set.of("53100", "54000");
  private static final Set<Integer> FULL_CODES = Set.of(1021, 1114);

  // Of MariaDB: a packet larger than max_allowed_packet, a value too long.
  private static final Set<Integer> DATA_CODES = Set.of(1153, 1406);

  private final SQLException failure;

  StatementException(String message, SQLException failure) {
    super(message, failure);
    this.failure = failure;
  }

  /** True if there is no room for what was to be stored. */
  boolean isFull() {
    return FULL_STATES.contains(state()) || FULL_CODES.contains(failure.getErrorCode());
  }

  /** True if what was to be stored is what is wrong. */
  boolean isOfData() {
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    return state().startsWith("22")
        || DATA_CODES.contains(failure.getErrorCode())
        || message.contains("max_allowed_packet");
  }

  private String state() {
    return failure.getSQLState() == null ? "" : failure.getSQLState();
  }
}
