// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.Instant;

/** Calls back at a time. Thread-safe; setting and cancelling cost at most O(log n). */
public interface Timers {

  /**
   * Runs the action once, at this time of the environment's clock or as soon after as possible,
   * never before. The action runs on the timers' own thread, so it must be short and must not
   * block.
   */
  Timer at(Instant when, Runnable action);

  /** A call-back that was set. */
  interface Timer {

    /** Takes the call-back back. False if it ran, is running, or was cancelled before. */
    boolean cancel();
  }
}
