// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.util.List;

/** MariaDB from 10.6, and MySQL from 8. */
final class MariaDialect implements Dialect {

  @Override
  public List<String> tables() {
    return List.of(
        """
        CREATE TABLE IF NOT EXISTS redrive_keys (
          id VARBINARY(1500) PRIMARY KEY,
          owner VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          is_done BOOLEAN NOT NULL,
          ends_us BIGINT NOT NULL,
          result MEDIUMBLOB,
          KEY redrive_keys_ends (ends_us)) ENGINE = InnoDB""",
        """
        CREATE TABLE IF NOT EXISTS redrive_inbox (
          id VARBINARY(1500) PRIMARY KEY,
          owner VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          ends_us BIGINT NOT NULL,
          result MEDIUMBLOB,
          KEY redrive_inbox_ends (ends_us)) ENGINE = InnoDB""");
  }

  // Assignments are made from left to right, and each sees those before it: what the condition is
  // about comes last.
  @Override
  public String begin() {
    return """
        INSERT INTO redrive_keys (id, owner, is_done, ends_us)
        VALUES (?, ?, FALSE, %1$s + ?)
        ON DUPLICATE KEY UPDATE
          owner = IF(ends_us <= %1$s, VALUES(owner), owner),
          is_done = IF(ends_us <= %1$s, FALSE, is_done),
          result = IF(ends_us <= %1$s, NULL, result),
          ends_us = IF(ends_us <= %1$s, VALUES(ends_us), ends_us)"""
        .formatted(now());
  }

  // As above. When ends_us has been changed, owner is the one who completes; then is_done either is
  // false, and so the condition still holds, or is what it is to be.
  @Override
  public String complete() {
    String isFree = "(ends_us <= %s OR (owner = VALUES(owner) AND NOT is_done))".formatted(now());
    return """
        INSERT INTO redrive_keys (id, owner, is_done, ends_us, result)
        VALUES (?, ?, TRUE, %1$s + ?, ?)
        ON DUPLICATE KEY UPDATE
          owner = IF(%2$s, VALUES(owner), owner),
          result = IF(%2$s, VALUES(result), result),
          ends_us = IF(%2$s, VALUES(ends_us), ends_us),
          is_done = IF(%2$s, TRUE, is_done)"""
        .formatted(now(), isFree);
  }

  // An insert that fails would leave a lock that is shared with others who wait, and each would be
  // in the way of all others when the first one is rolled back. With this one, two still may be.
  @Override
  public String takeIn() {
    return """
        INSERT INTO redrive_inbox (id, owner, ends_us) VALUES (?, ?, %s + ?)
        ON DUPLICATE KEY UPDATE owner = owner"""
        .formatted(now());
  }

  @Override
  public String sweep(String table) {
    return "DELETE FROM %s WHERE ends_us <= %s ORDER BY ends_us LIMIT ?".formatted(table, now());
  }

  // Of UTC, since local times come twice where clocks are put back.
  @Override
  public String now() {
    return "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))";
  }
}
