// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.MessageState;
import dev.redrive.SendRefusedException;
import java.time.Instant;

/** What became of one published message. */
public sealed interface PublishResult {

  /** It is durable. */
  record Accepted() implements PublishResult {
    /** The one instance. */
    public static final Accepted INSTANCE = new Accepted();
  }

  /**
   * A message of this id is known; nothing was stored.
   *
   * @param state where that message is
   * @param at when it is due, or when it ended
   */
  record Duplicate(MessageState state, Instant at) implements PublishResult {}

  /** It was not stored, and why. */
  record Refused(SendRefusedException.Cause cause, String message) implements PublishResult {}
}
