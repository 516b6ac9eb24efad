// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.Capabilities.Durability;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What differs from one kind of database to another. Times are milliseconds since 1970, in UTC, by
 * the server's clock: whole numbers that no session's time zone and no driver can shift.
 */
interface Dialect {
  /** Its name, for people. */
  String name();

  /**
   * The server's time when the statement began, as an expression that an index can be used with.
   */
  String now();

  /** The server's time at this moment, where it can be had; no earlier than {@link #now}. */
  String clock();

  /** The type of a whole number that the database gives to each row by itself. */
  String numbered();

  /** The type of a text of so many characters, compared character by character. */
  String text(int characters);

  /** The type of bytes of any length. */
  String bytes();

  /** Makes a queue's tables, unless they are there. */
  List<String> messageTable(String table);

  /** Waits until no other process changes the schema; holds until the transaction ends. */
  void lockSchema(Connection connection) throws SQLException;

  /** Lets others change the schema. */
  void unlockSchema(Connection connection) throws SQLException;

  /** What a committed transaction survives, under the server's present settings. */
  Durability durability(Connection connection) throws SQLException;

  /** True if processes can tell each other something through the server. */
  default boolean hasSignals() {
    return false;
  }

  /** The statements of a queue. */
  Statements statements();
}
