// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import java.time.Duration;

/** What attempts take from a limit, one each: tokens, or slots. Guarded by its gate's lock. */
interface Supply {

  /** How many attempts may begin now. */
  long free();

  /** Takes one of those that are free. */
  void take();

  /** An attempt that had taken one was made. */
  void used(Duration took);

  /** An attempt that had taken one was not made after all. */
  void returned();

  /** In how many nanoseconds so many will have been there, as far as can be told; at least 0. */
  long nanosFor(long count);

  /**
   * How many nanoseconds before its turn something is kept for a message already: 0 if it is known
   * to the moment when there will be one, more if it may be there sooner.
   */
  long keptBefore();

  /** How many nanoseconds ahead it can tell: nobody is told to come later than that. */
  long foresight();

  /** True if it is as if nothing had ever been taken. */
  boolean isWhole();
}
