// SPDX-License-Identifier: Apache-2.0

/**
 * The transport that keeps queues in PostgreSQL, MariaDB or MySQL, and in H2 for tests.
 *
 * <p>From the outside in: {@code SqlTransport}; {@code SqlQueue} with its {@code Lane}s and its
 * {@code Claimer}; what they say to the database in {@code QueueInsert}, {@code Statements} and
 * {@code Settling}; and {@code Database}, which has the connections. {@code Dialect} is the seam
 * between the kinds of database.
 */
@NullMarked
package dev.redrive.transport.sql;

import org.jspecify.annotations.NullMarked;
