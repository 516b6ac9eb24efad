// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Duration;

/** What is to become of messages. */
interface Plan {
  /**
   * How a message ends.
   *
   * @param attempts after how many attempts
   * @param isDead whether among the dead letters
   */
  record End(int attempts, boolean isDead) {}

  /** How the message of this id ends. */
  End end(String id);

  /** Whether no attempt follows on one of this number that is settled. */
  default boolean isLast(String id, int attempt) {
    return attempt >= end(id).attempts();
  }

  /** How long after a failed attempt the next one may start. */
  Duration pause(int attempt);
}
