// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.OutMessage;
import java.util.List;

/** A sent message as a row. */
final class NewRow {
  /** The columns that are given; the others have their defaults. */
  static final String COLUMNS =
      "(id, msg_key, lane, due_at, first_seen, is_unique, headers, body, owner, claim)";

  /** The row's values, with a parameter for each column but {@code first_seen}. */
  static final String ROW = "(?, ?, NULLIF(?, ''), ?, {clock}, ?, ?, ?, ?, ?)";

  private NewRow() {}

  static List<Object[]> values(
      List<OutMessage> messages, boolean isOrdered, Statements.Ticket ticket) {
    return messages.stream().map(message -> values(message, isOrdered, ticket)).toList();
  }

  private static Object[] values(OutMessage message, boolean isOrdered, Statements.Ticket ticket) {
    return new Object[] {
      message.id(),
      message.key(),
      isOrdered ? message.key() : "",
      Millis.notBefore(message.notBefore()),
      message.isUnique() ? 1 : 0,
      HeaderBytes.write(message.headers()),
      message.body(),
      ticket.owner(),
      ticket.number()
    };
  }
}
