// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.util.Locale;

/**
 * Where a queue lies: its number in the catalogue, and its table. Immutable.
 *
 * @param dialect the kind of database
 * @param tables the tables that all queues share
 * @param queue the queue's name
 * @param number its number in the catalogue
 */
record QueueTable(Dialect dialect, Tables tables, String queue, long number) {
  private static final int NAME_MAX = 30;

  /** The table's name: its number makes it the only one, the rest is for people. */
  String name() {
    String readable = queue.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
    return tables.prefix()
        + "_q"
        + number
        + "_"
        + readable.substring(0, Math.min(NAME_MAX, readable.length()));
  }

  /**
   * The text of a statement: {@code {message}} is the queue's table, the others are those of {@link
   * Tables#sql}.
   */
  String sql(String template) {
    return tables.sql(template, dialect).replace("{message}", name());
  }
}
