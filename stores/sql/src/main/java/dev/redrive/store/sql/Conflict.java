// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.Set;

/** What one transaction does to another: it fails, was rolled back, and may be run again. */
final class Conflict {
  /**
   * Deadlock, serialization failure, and two that insert one key at once, which H2 does not settle
   * itself. MariaDB's error 1020 has no state of its own, nor has H2's 90131.
   */
  private static final Set<String> STATES = Set.of("40001", "40P01", "23505", "90131");

  private static final Set<Integer> MARIADB_CODES = Set.of(1020, 1213);

  /** PostgreSQL's query_canceled, MariaDB's error 1969, a lock timeout of H2 and of PostgreSQL. */
  private static final Set<String> TIMEOUT_STATES = Set.of("57014", "70100", "HYT00", "55P03");

  private static final int MARIADB_LOCK_WAIT_TIMEOUT = 1205;

  private Conflict() {}

  /** True if it was rolled back for the sake of another transaction. */
  static boolean isOne(SQLException failure) {
    for (Throwable each : failure) {
      if (each instanceof SQLException cause
          && (STATES.contains(state(cause)) || MARIADB_CODES.contains(cause.getErrorCode()))) {
        return true;
      }
    }
    return false;
  }

  /** True if it has waited for another transaction for as long as it was to. */
  static boolean isTimeout(SQLException failure) {
    for (Throwable each : failure) {
      if (each instanceof SQLTimeoutException
          || (each instanceof SQLException cause
              && (TIMEOUT_STATES.contains(state(cause))
                  || cause.getErrorCode() == MARIADB_LOCK_WAIT_TIMEOUT))) {
        return true;
      }
    }
    return false;
  }

  private static String state(SQLException failure) {
    String state = failure.getSQLState();
    return state == null ? "" : state;
  }
}
