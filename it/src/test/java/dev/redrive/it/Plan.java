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

  /** How long after a failed attempt the next one may start. */
  Duration pause(int attempt);
}
