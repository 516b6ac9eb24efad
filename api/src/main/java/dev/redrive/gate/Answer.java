// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

import java.time.Duration;

/** What a gate says to a message. */
public sealed interface Answer {

  /**
   * The attempt may begin.
   *
   * @param permit is told once how it ended
   */
  record Pass(Permit permit) implements Answer {}

  /**
   * Not now.
   *
   * @param time after how long the gate is worth asking again, more than zero
   * @param why for people
   * @param reach whom this keeps waiting
   */
  record Wait(Duration time, String why, Reach reach) implements Answer {
    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if it is not more than zero
     */
    public Wait {
      if (time.isNegative() || time.isZero()) {
        throw new IllegalArgumentException("a wait must be more than zero, not " + time);
      }
    }
  }

  /** Whom a wait concerns. */
  enum Reach {
    /** This message alone, or those of its key: others may pass. */
    MESSAGE,
    /** All messages of the queue: none of them is worth being handed over before. */
    QUEUE
  }
}
