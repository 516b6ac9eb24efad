// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

import java.time.Duration;

/**
 * The right to make one attempt. Exactly one of the three is called, once, on any thread; none of
 * them may block.
 */
public interface Permit {
  /** For gates that do not care how an attempt ends. */
  Permit NONE =
      new Permit() {
        @Override
        public void succeeded(Duration took) {}

        @Override
        public void failed(Throwable cause, Duration took) {}

        @Override
        public void unused() {}
      };

  /**
   * The attempt succeeded, or failed for a reason that lies in the message itself: the dependency
   * answered.
   */
  void succeeded(Duration took);

  /** The attempt failed for a reason that may lie in the dependency, its timeout included. */
  void failed(Throwable cause, Duration took);

  /** No attempt was made, or it was handed back in the middle: nothing is known. */
  void unused();
}
