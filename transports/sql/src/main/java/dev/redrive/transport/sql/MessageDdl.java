// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

/** The table of a queue. {@code docs/spec/sql.md} says what each column means. */
final class MessageDdl {
  private static final int ID_MAX = 200;
  private static final int REASON_MAX = 40;

  private MessageDdl() {}

  /** The statement that makes it, unless it is there; its options can follow. */
  static String create(Dialect dialect, String table) {
    String id = dialect.text(ID_MAX);
    return """
    CREATE TABLE IF NOT EXISTS %s (
      id %s NOT NULL,
      seq %s,
      state smallint DEFAULT 0 NOT NULL,
      msg_key %s NOT NULL,
      lane %s,
      due_at bigint,
      lease_until bigint DEFAULT 0 NOT NULL,
      owner bigint DEFAULT 0 NOT NULL,
      claim bigint DEFAULT 0 NOT NULL,
      begun smallint DEFAULT 0 NOT NULL,
      attempt int DEFAULT 0 NOT NULL,
      crashes int DEFAULT 0 NOT NULL,
      is_unique smallint NOT NULL,
      first_seen bigint NOT NULL,
      died_at bigint,
      ended_at bigint,
      forget_at bigint,
      reason %s,
      failure %s,
      fingerprint %s,
      headers %s,
      body %s,
      PRIMARY KEY (id))\
    """
        .formatted(
            table,
            id,
            dialect.numbered(),
            id,
            id,
            dialect.text(REASON_MAX),
            dialect.bytes(),
            dialect.bytes(),
            dialect.bytes(),
            dialect.bytes());
  }
}
