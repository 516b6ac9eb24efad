// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one message.
 *
 * @param id its id
 * @param queue its queue
 * @param state where it is in its life
 * @param attempts attempts that were started and count
 * @param dueAt when its next attempt may start; empty in a final state
 * @param firstSeen when it was sent
 * @param history its transitions, oldest first; the middle of a long one is left out
 */
public record MessageStatus(
    String id,
    String queue,
    MessageState state,
    int attempts,
    Optional<Instant> dueAt,
    Instant firstSeen,
    List<Transition> history) {

  /** Copies the history. */
  public MessageStatus {
    history = List.copyOf(history);
  }
}
