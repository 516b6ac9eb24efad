// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.util.List;

/** PostgreSQL from 12. */
final class PostgresDialect implements Dialect {

  @Override
  public List<String> tables() {
    return List.of(
        """
        CREATE TABLE IF NOT EXISTS redrive_keys (
          id BYTEA PRIMARY KEY,
          owner VARCHAR(36) NOT NULL,
          is_done BOOLEAN NOT NULL,
          ends_us BIGINT NOT NULL,
          result BYTEA)""",
        "CREATE INDEX IF NOT EXISTS redrive_keys_ends ON redrive_keys (ends_us)",
        """
        CREATE TABLE IF NOT EXISTS redrive_inbox (
          id BYTEA PRIMARY KEY,
          owner VARCHAR(36) NOT NULL,
          ends_us BIGINT NOT NULL,
          result BYTEA)""",
        "CREATE INDEX IF NOT EXISTS redrive_inbox_ends ON redrive_inbox (ends_us)");
  }

  @Override
  public String begin() {
    return """
        INSERT INTO redrive_keys AS known (id, owner, is_done, ends_us)
        VALUES (?, ?, FALSE, %1$s + ?)
        ON CONFLICT (id) DO UPDATE
        SET owner = EXCLUDED.owner, is_done = FALSE, ends_us = EXCLUDED.ends_us, result = NULL
        WHERE known.ends_us <= %1$s"""
        .formatted(now());
  }

  @Override
  public String complete() {
    return """
        INSERT INTO redrive_keys AS known (id, owner, is_done, ends_us, result)
        VALUES (?, ?, TRUE, %1$s + ?, ?)
        ON CONFLICT (id) DO UPDATE
        SET owner = EXCLUDED.owner, is_done = TRUE, ends_us = EXCLUDED.ends_us,
          result = EXCLUDED.result
        WHERE known.ends_us <= %1$s OR (known.owner = EXCLUDED.owner AND NOT known.is_done)"""
        .formatted(now());
  }

  @Override
  public String takeIn() {
    return """
        INSERT INTO redrive_inbox (id, owner, ends_us) VALUES (?, ?, %s + ?)
        ON CONFLICT (id) DO NOTHING"""
        .formatted(now());
  }

  @Override
  public String sweep(String table) {
    // Locked before they are deleted, so that one whose key is just begun again is passed over.
    return """
        WITH ended AS MATERIALIZED (
          SELECT id FROM %1$s WHERE ends_us <= %2$s ORDER BY ends_us LIMIT ?
          FOR UPDATE SKIP LOCKED)
        DELETE FROM %1$s USING ended WHERE %1$s.id = ended.id"""
        .formatted(table, now());
  }

  // Not clock_timestamp(), with which no index can be used.
  @Override
  public String now() {
    return "(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000)::BIGINT";
  }
}
