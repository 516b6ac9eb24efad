// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

/**
 * A circuit breaker: the gate in front of a dependency. While it is {@link State#OPEN}, its
 * messages wait. {@link State#HALF_OPEN} lets a few through, the canaries; how they fare decides.
 *
 * <p>What follows when it closes, a ramp instead of a herd, is the engine's, and the same for every
 * breaker.
 */
public interface Breaker extends Gate {

  /** How it stands. */
  State state();

  /** Opens it, or closes it, until {@link #release}: what happens to attempts changes nothing. */
  void force(boolean isOpen);

  /** Ends a {@link #force}: it begins closed, and knows nothing of before. Else does nothing. */
  void release();

  /** How a breaker stands. */
  enum State {
    /** Calls go through, and are watched. */
    CLOSED,
    /** The dependency is down: nothing goes through. */
    OPEN,
    /** It may be back: a few go through. */
    HALF_OPEN,
    /** A person opened it. */
    FORCED_OPEN,
    /** A person closed it. */
    FORCED_CLOSED
  }
}
