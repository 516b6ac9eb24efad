// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

/**
 * How much a run of a flow has of what it has.
 *
 * @param messages how many are acknowledged, at least
 * @param faults how many faults strike
 */
record Scale(int messages, int faults) {
  private static final String PROPERTY = "redrive.faults";

  /** A short run, unless the property {@value #PROPERTY} is {@code full}. */
  static Scale asked() {
    return isFull() ? new Scale(20_000, 5) : new Scale(2_500, 2);
  }

  static boolean isFull() {
    return "full".equals(System.getProperty(PROPERTY));
  }

  /** Where chance begins; the same unless the property {@code redrive.faults.seed} is given. */
  static long seed() {
    return Long.getLong(PROPERTY + ".seed", 42);
  }
}
