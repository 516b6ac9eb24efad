// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

/** The bounds of attempt numbers. */
final class Attempts {

  /** The most attempts that a policy may allow. */
  static final int MAX = 10_000;

  private Attempts() {}

  /** Refuses a number that no attempt has. */
  static int checked(int attempt) {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempts count from 1, this one is " + attempt);
    }
    return attempt;
  }
}
