// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.util.SplittableRandom;

/** Something that breaks while messages flow. */
interface Fault {
  /** Breaks it, and returns when it has been broken for long enough. */
  void strike(SplittableRandom random);

  /** Mends it. */
  void heal();
}
