// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Instant;

/**
 * Proof that a message is durable: from here on it ends succeeded, dead or cancelled, or is still
 * there (promise P1).
 *
 * @param id the message's id
 * @param queue its queue
 * @param state where it is now
 * @param dueAt when its next attempt may start; when it ended, for a duplicate in a final state
 * @param isDuplicate true if a message of this id was known already, and nothing was stored
 */
public record Receipt(
    String id, String queue, MessageState state, Instant dueAt, boolean isDuplicate)
    implements SendResult {

  @Override
  public Receipt orThrow() {
    return this;
  }
}
