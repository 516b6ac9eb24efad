// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/**
 * The statements of one database. Times are microseconds since 1970 in UTC, as the server tells
 * them when a statement begins, so that neither clients' clocks nor time zones matter. Keys are
 * bytes, because the databases do not agree on when two texts are equal.
 */
sealed interface Dialect permits PostgresDialect, MariaDialect, H2Dialect {

  /** Makes the tables that are not there. */
  List<String> tables();

  /**
   * Gives a key to an owner for a time, if it is free. Leaves it as it is if not. Parameters: key,
   * owner, microseconds.
   */
  String begin();

  /**
   * Notes that an owner has done a key, if that holds it or nobody does. Parameters: key, owner,
   * microseconds, result.
   */
  String complete();

  /**
   * Takes a message in, if it was not before, and waits for who does just now. Parameters: key,
   * owner, microseconds.
   */
  String takeIn();

  /** Notes when a message was done. Parameters: microseconds, result, key, owner. */
  default String noteDone() {
    return "UPDATE redrive_inbox SET ends_us = %s + ?, result = ? WHERE id = ? AND owner = ?"
        .formatted(now());
  }

  /** Deletes what is over from a table. Parameter: how many rows at most. */
  String sweep(String table);

  /** The time of the server. */
  String now();

  /** Moves the end of an owner's lease. Parameters: microseconds, key, owner. */
  default String renew() {
    return """
        UPDATE redrive_keys SET ends_us = %1$s + ?
        WHERE id = ? AND owner = ? AND NOT is_done AND ends_us > %1$s"""
        .formatted(now());
  }

  /** Frees a key that an owner holds. Parameters: key, owner. */
  default String release() {
    return """
        DELETE FROM redrive_keys
        WHERE id = ? AND owner = ? AND NOT is_done AND ends_us > %s"""
        .formatted(now());
  }

  /** What is known of so many keys: id, owner, is_done, microseconds left, result if wanted. */
  default String read(int keys, boolean withResults) {
    return """
        SELECT id, owner, is_done, ends_us - %s, %s FROM redrive_keys WHERE id IN (?%s)"""
        .formatted(now(), withResults ? "result" : "NULL", ", ?".repeat(keys - 1));
  }

  /**
   * That of the server behind this connection.
   *
   * @throws SQLException if it cannot be asked
   * @throws IllegalArgumentException for one that nobody has tried
   */
  static Dialect of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    return switch (product.toLowerCase(Locale.ROOT)) {
      case "postgresql" -> new PostgresDialect();
      case "mariadb", "mysql" -> new MariaDialect();
      case "h2" -> new H2Dialect();
      default ->
          throw new IllegalArgumentException(
              "what was done is kept in PostgreSQL, MariaDB, MySQL and H2, not in " + product);
    };
  }
}
