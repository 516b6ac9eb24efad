// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.Instant;
import java.util.Map;

/**
 * A message handed over under a lease.
 *
 * @param lease the right to settle it
 * @param id its id
 * @param key its key; empty if it has none
 * @param attempt the number that the attempt about to begin has, from 1
 * @param crashes how many of the attempts before ended in a crash of their process
 * @param dueAt when it was due
 * @param firstSeen when it was sent
 * @param headers the sender's headers and the engine's
 * @param body the payload; not copied
 */
public record InMessage(
    Lease lease,
    String id,
    String key,
    int attempt,
    int crashes,
    Instant dueAt,
    Instant firstSeen,
    Map<String, String> headers,
    byte[] body) {}
