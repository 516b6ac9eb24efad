// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.util.List;

/** H2 from 2.2. */
final class H2Dialect implements Dialect {

  @Override
  public List<String> tables() {
    return List.of(
        """
        CREATE TABLE IF NOT EXISTS redrive_keys (
          id VARBINARY(1500) PRIMARY KEY,
          owner VARCHAR(36) NOT NULL,
          is_done BOOLEAN NOT NULL,
          ends_us BIGINT NOT NULL,
          result VARBINARY(65536))""",
        "CREATE INDEX IF NOT EXISTS redrive_keys_ends ON redrive_keys (ends_us)",
        """
        CREATE TABLE IF NOT EXISTS redrive_inbox (
          id VARBINARY(1500) PRIMARY KEY,
          owner VARCHAR(36) NOT NULL,
          ends_us BIGINT NOT NULL,
          result VARBINARY(65536))""",
        "CREATE INDEX IF NOT EXISTS redrive_inbox_ends ON redrive_inbox (ends_us)");
  }

  @Override
  public String begin() {
    return """
        MERGE INTO redrive_keys known
        USING (VALUES (CAST(? AS VARBINARY(1500)), CAST(? AS VARCHAR(36)), CAST(? AS BIGINT)))
          mine (id, owner, span)
        ON known.id = mine.id
        WHEN MATCHED AND known.ends_us <= %1$s THEN UPDATE
          SET owner = mine.owner, is_done = FALSE, ends_us = %1$s + mine.span, result = NULL
        WHEN NOT MATCHED THEN INSERT (id, owner, is_done, ends_us)
          VALUES (mine.id, mine.owner, FALSE, %1$s + mine.span)"""
        .formatted(now());
  }

  @Override
  public String complete() {
    return """
        MERGE INTO redrive_keys known
        USING (VALUES (CAST(? AS VARBINARY(1500)), CAST(? AS VARCHAR(36)), CAST(? AS BIGINT),
            CAST(? AS VARBINARY(65536))))
          mine (id, owner, span, result)
        ON known.id = mine.id
        WHEN MATCHED AND
            (known.ends_us <= %1$s OR (known.owner = mine.owner AND NOT known.is_done))
          THEN UPDATE SET owner = mine.owner, is_done = TRUE, ends_us = %1$s + mine.span,
            result = mine.result
        WHEN NOT MATCHED THEN INSERT (id, owner, is_done, ends_us, result)
          VALUES (mine.id, mine.owner, TRUE, %1$s + mine.span, mine.result)"""
        .formatted(now());
  }

  @Override
  public String takeIn() {
    return """
        MERGE INTO redrive_inbox known
        USING (VALUES (CAST(? AS VARBINARY(1500)), CAST(? AS VARCHAR(36)), CAST(? AS BIGINT)))
          mine (id, owner, span)
        ON known.id = mine.id
        WHEN NOT MATCHED THEN INSERT (id, owner, ends_us)
          VALUES (mine.id, mine.owner, %s + mine.span)"""
        .formatted(now());
  }

  @Override
  public String sweep(String table) {
    return "DELETE FROM %s WHERE ends_us <= %s LIMIT ?".formatted(table, now());
  }

  @Override
  public String now() {
    return "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000000 AS BIGINT)";
  }
}
