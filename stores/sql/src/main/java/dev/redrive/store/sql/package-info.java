// SPDX-License-Identifier: Apache-2.0

/**
 * What was done, remembered in a database: an idempotency store for any handler, and an inbox for
 * handlers whose effect is in that database too.
 *
 * <p>Each database is a {@link dev.redrive.store.sql.Dialect}, which has its statements; {@link
 * dev.redrive.store.sql.Schema} makes the tables. {@link dev.redrive.store.sql.SqlIdempotencyStore}
 * collects calls into batches of one kind, which {@link dev.redrive.store.sql.KeyTable} runs in one
 * transaction each. {@link dev.redrive.store.sql.Inbox} gives a handler the transaction of an
 * {@link dev.redrive.store.sql.Intake}. All times are the server's.
 */
@NullMarked
package dev.redrive.store.sql;

import org.jspecify.annotations.NullMarked;
