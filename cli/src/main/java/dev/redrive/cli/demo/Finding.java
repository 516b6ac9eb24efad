// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

/**
 * One thing that was checked.
 *
 * @param claim what should be so
 * @param isTrue whether it is
 * @param figures the figures that show it
 */
record Finding(String claim, boolean isTrue, String figures) {

  static Finding none(String claim, long exceptions) {
    return new Finding(claim, exceptions == 0, exceptions + " exceptions");
  }

  static Finding equal(String claim, long expected, long actual) {
    return new Finding(
        claim, expected == actual, expected + (expected == actual ? " = " : " ≠ ") + actual);
  }
}
