// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.time.Duration;

/**
 * How long an inbox does what.
 *
 * @param ttl how long a message is noted as done
 * @param patience how long an attempt waits for another one
 */
record InboxTerms(Duration ttl, Duration patience) {}
