// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

/** What is left of a message that ended, as long as its id is remembered. */
final class EndedRow {
  /**
   * How a row becomes one, for PostgreSQL: {@code s.number} is the state, {@code s.attempts} how
   * many attempts more count, and the parameter how long the id is remembered.
   */
  static final String SET =
      "state = s.number, attempt = m.attempt + s.attempts, ended_at = {clock},"
          + " forget_at = {clock} + ?, due_at = NULL, died_at = NULL, lane = NULL,"
          + " lease_until = 0, begun = 0, headers = NULL, body = NULL, failure = NULL";

  /** The same for one state, with parameters for the state, the attempts and the time. */
  static final String SET_ALL =
      "state = ?, attempt = attempt + ?, ended_at = {clock}, forget_at = {clock} + ?,"
          + " due_at = NULL, died_at = NULL, lane = NULL, lease_until = 0, begun = 0,"
          + " headers = NULL, body = NULL, failure = NULL";

  private EndedRow() {}
}
