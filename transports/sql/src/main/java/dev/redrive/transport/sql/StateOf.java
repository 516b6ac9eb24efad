// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.MessageState;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The state of a message, from its row. */
final class StateOf {
  /** The columns of {@code m} that {@link #read} needs. */
  static final String COLUMNS =
      "m.state, m.attempt,"
          + " CASE WHEN m.lease_until > {now} THEN 1 ELSE 0 END AS is_leased,"
          + " CASE WHEN m.due_at <= {now} THEN 1 ELSE 0 END AS is_due";

  private StateOf() {}

  static MessageState read(ResultSet row) throws SQLException {
    return switch (row.getInt("state")) {
      case MessagePlace.DEAD -> MessageState.DEAD;
      case MessagePlace.SUCCEEDED -> MessageState.SUCCEEDED;
      case MessagePlace.CANCELLED -> MessageState.CANCELLED;
      default -> ofLive(row);
    };
  }

  private static MessageState ofLive(ResultSet row) throws SQLException {
    if (row.getInt("is_leased") == 1) {
      return MessageState.RUNNING;
    }
    if (row.getInt("attempt") > 0) {
      return MessageState.RETRYING;
    }
    return row.getInt("is_due") == 1 ? MessageState.READY : MessageState.SCHEDULED;
  }
}
