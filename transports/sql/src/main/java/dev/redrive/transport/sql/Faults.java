// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/**
 * What a database's error means. The codes are those of the SQL standard, of PostgreSQL's appendix
 * A, of MariaDB's list of error codes and of H2's {@code ErrorCode}.
 */
enum Faults {
  /** The transaction was rolled back for the sake of another one; it may be tried again. */
  CONFLICT,
  /** The connection is of no use, or leads to a server that takes no changes. */
  CONNECTION,
  /** Anything else: trying again will not mend it. */
  STATEMENT;

  private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03", "HYT00");

  // Being shut down, starting up, too many connections, read-only.
  private static final Set<String> GONE =
      Set.of("57P01", "57P02", "57P03", "53300", "25006", "57P05", "25P03");

  // Lock wait timeout, deadlock, record changed since it was read.
  private static final Set<Integer> MARIA_CONFLICTS = Set.of(1205, 1213, 1020);

  // Too many connections, shutting down, read-only server, read-only transaction, killed.
  private static final Set<Integer> MARIA_GONE = Set.of(1040, 1053, 1290, 1792, 1836, 1927, 1317);

  // Of H2: broken connection, closed object, database closed.
  private static final Set<Integer> H2_GONE = Set.of(90067, 90007, 90121, 90098, 90013);

  /** What this error means; the first cause that says something decides. */
  static Faults of(SQLException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        Faults fault = alone(sql);
        if (fault != STATEMENT) {
          return fault;
        }
      }
    }
    return STATEMENT;
  }

  private static Faults alone(SQLException failure) {
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    int code = failure.getErrorCode();
    if (CONFLICTS.contains(state) || MARIA_CONFLICTS.contains(code)) {
      return CONFLICT;
    }
    boolean isGone =
        state.startsWith("08")
            || GONE.contains(state)
            || MARIA_GONE.contains(code)
            || H2_GONE.contains(code)
            || failure instanceof SQLTransientConnectionException
            || failure instanceof SQLNonTransientConnectionException
            || failure instanceof SQLRecoverableException;
    return isGone ? CONNECTION : STATEMENT;
  }
}
