// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A message as its handler sees it.
 *
 * @param id its id, the same in every attempt
 * @param queue its queue
 * @param payload what was sent, decoded
 * @param headers the sender's headers, unchanged (promise P6)
 * @param key the key, if it has one
 * @param attempt which attempt this is, from 1
 * @param firstSeen when it was sent
 * @param deadline when it becomes worthless, if ever
 * @param <T> the payload's type
 */
public record Message<T>(
    String id,
    String queue,
    T payload,
    Map<String, String> headers,
    Optional<String> key,
    int attempt,
    Instant firstSeen,
    Optional<Instant> deadline) {}
