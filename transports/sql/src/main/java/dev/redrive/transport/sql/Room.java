// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.SendRefusedException;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The limit on what waits. Counted under the lock of {@link Lanes}, so that it is kept by all
 * processes together; a count reads no more than as many rows as the limit has.
 */
final class Room {
  private final QueueTable table;

  Room(QueueTable table) {
    this.table = table;
  }

  /** What is answered for those of the messages, no two of one id, that are not to be stored. */
  Map<String, PublishResult> check(Connection connection, QueueSpec spec, List<OutMessage> messages)
      throws SQLException {
    List<String> ids = messages.stream().map(OutMessage::id).toList();
    Map<String, PublishResult> answers = new HashMap<>(Duplicates.find(connection, table, ids));
    long max = spec.maxWaiting().orElseThrow();
    long room = max - waiting(connection, max);
    for (OutMessage message : messages) {
      if (!answers.containsKey(message.id()) && --room < 0) {
        answers.put(message.id(), overflow(max));
      }
    }
    return answers;
  }

  private long waiting(Connection connection, long max) throws SQLException {
    String count =
        "SELECT count(*) FROM (SELECT 1 FROM {message} WHERE due_at IS NOT NULL"
            + " AND lease_until <= {now} LIMIT ?) w";
    return Query.of(table.sql(count), max).first(connection, row -> row.getLong(1)).orElse(0L);
  }

  private PublishResult overflow(long max) {
    return new PublishResult.Refused(
        SendRefusedException.Cause.OVERFLOW,
        "queue %s holds %d waiting messages, as many as it may; send again when some are processed"
            .formatted(table.queue(), max));
  }
}
