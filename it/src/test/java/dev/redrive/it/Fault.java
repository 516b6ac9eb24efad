// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Duration;
import java.util.SplittableRandom;

/** Something that breaks while messages flow. */
interface Fault {
  /** Breaks it, and returns when it has been broken for long enough. */
  void strike(SplittableRandom random);

  /** Mends it. */
  void heal();

  /** How long after it is mended connections may still end that have outlived it. */
  default Duration aftermath() {
    return Duration.ZERO;
  }

  /** What it touches. */
  default Reach reach() {
    return Reach.SENDS;
  }
}
