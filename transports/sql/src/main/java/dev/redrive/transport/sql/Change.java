// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.util.List;

/**
 * What is to become of a leased message's row, if the lease still holds.
 *
 * @param lease the lease
 * @param kind what happens
 * @param number the due time of MOVE, the length of RENEW, the end state of FORGET and REMEMBER
 * @param attempts how many attempts more count; of BURY, how many count in all
 * @param headers all headers of MOVE and BURY, as bytes
 * @param reason of BURY, the reason's name
 * @param failure of BURY, the failure as bytes
 * @param fingerprint of BURY, the fingerprint as bytes
 */
record Change(
    SqlLease lease,
    Kind kind,
    long number,
    int attempts,
    byte[] headers,
    String reason,
    byte[] failure,
    byte[] fingerprint) {
  private static final byte[] NONE = {};

  /** What can happen to a row. One statement does it to all rows of one kind. */
  enum Kind {
    /** The attempt begins. */
    BEGIN,
    /** The lease ends later. */
    RENEW,
    /** The message goes back, as it came. */
    RELEASE,
    /** The message ended, and its row goes. */
    FORGET,
    /** The message ended, and its row keeps the id for the window of deduplication. */
    REMEMBER,
    /** The message waits for another time. */
    MOVE,
    /** The message is a dead letter. */
    BURY
  }

  /** A change that needs no more than a number. */
  static Change of(SqlLease lease, Kind kind, long number, int attempts) {
    return new Change(lease, kind, number, attempts, NONE, "", NONE, NONE);
  }

  /** The message waits until a time. */
  static Change move(SqlLease lease, long dueAt, int attempts, byte[] headers) {
    return new Change(lease, Kind.MOVE, dueAt, attempts, headers, "", NONE, NONE);
  }

  static List<SqlLease> leases(List<Change> changes) {
    return changes.stream().map(Change::lease).toList();
  }

  static List<String> ids(List<Change> changes) {
    return changes.stream().map(change -> change.lease().id()).toList();
  }
}
