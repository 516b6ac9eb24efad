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

  /** How long after it is mended the last of us notices that it was broken. */
  default Duration noticed() {
    return Duration.ofSeconds(1);
  }

  /** What it touches. */
  default Reach reach() {
    return Reach.SENDS;
  }
}
