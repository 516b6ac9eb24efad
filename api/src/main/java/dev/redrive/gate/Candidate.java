// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

import java.util.Map;
import java.util.Optional;

/**
 * A message whose next attempt is to begin.
 *
 * @param queue its queue
 * @param id its id
 * @param key its key, if it has one
 * @param attempt the number that the attempt would have, from 1; more than 1 is a retry
 * @param headers the sender's headers
 */
public record Candidate(
    String queue, String id, Optional<String> key, int attempt, Map<String, String> headers) {}
