// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * A message's row as a claim found it.
 *
 * @param seq its number, which tells what was sent earlier
 * @param crash 1 if its attempt before ended with its process
 * @param message the message, with its lease
 */
record Claimed(long seq, int crash, InMessage message) {
  /** The columns that {@link #read} reads, of the table {@code m}. */
  static final String COLUMNS =
      "m.id, m.seq, m.msg_key, m.attempt, m.crashes, m.due_at, m.first_seen, m.is_unique,"
          + " m.headers, m.body";

  /** Reads a row whose column {@code crash} counts already, or is still to be counted. */
  static Claimed read(ResultSet row, Claim claim, boolean isCounted) throws SQLException {
    int crash = row.getInt("crash");
    int more = isCounted ? 0 : crash;
    var headers = HeaderBytes.read(row.getBytes("headers"));
    String id = row.getString("id");
    Lease lease =
        new SqlLease(id, claim.owner(), claim.number(), row.getInt("is_unique") == 1, headers);
    return new Claimed(
        row.getLong("seq"),
        crash,
        new InMessage(
            lease,
            id,
            row.getString("msg_key"),
            row.getInt("attempt") + more + 1,
            row.getInt("crashes") + more,
            Instant.ofEpochMilli(row.getLong("due_at")),
            Instant.ofEpochMilli(row.getLong("first_seen")),
            headers,
            row.getBytes("body")));
  }

  String id() {
    return message.id();
  }

  /** What is due earlier comes earlier, and of one time what was sent earlier. */
  static int byTurn(Claimed one, Claimed other) {
    int byTime = one.message.dueAt().compareTo(other.message.dueAt());
    return byTime != 0 ? byTime : Long.compare(one.seq, other.seq);
  }
}
