// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.retry.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message that could not be processed, with why, when and how often (promise P7).
 *
 * @param id the message's id
 * @param queue the queue it died in
 * @param reason why it is dead
 * @param failure the last failure, as text: the exception and its causes; bounded
 * @param fingerprint the failure normalised, equal for failures of one kind
 * @param attempts attempts that were started and count
 * @param firstSeen when it was sent
 * @param diedAt when it died
 * @param key its key, if it has one
 * @param headers the sender's headers, unchanged
 * @param body the payload's bytes, unchanged; not copied
 * @param history its transitions, oldest first; the middle of a long one is left out
 */
public record DeadLetter(
    String id,
    String queue,
    Reason reason,
    String failure,
    String fingerprint,
    int attempts,
    Instant firstSeen,
    Instant diedAt,
    Optional<String> key,
    Map<String, String> headers,
    byte[] body,
    List<Transition> history) {}
