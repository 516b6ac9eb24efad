// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.Locale;

/**
 * A line of the table.
 *
 * @param name what was measured
 * @param target what it should be
 * @param measured what it was
 * @param isMet whether the target is met
 * @param detail the figures behind it
 */
record Row(String name, String target, String measured, boolean isMet, String detail) {

  /** A ratio that should be at least so much. */
  static Row ratio(String name, double target, double measured, String detail) {
    return new Row(
        name,
        String.format(Locale.ROOT, ">= %.2f", target),
        String.format(Locale.ROOT, "%.2f", measured),
        measured >= target,
        detail);
  }

  /** A time that should be at most so much. */
  static Row millis(String name, double target, double measured, String detail) {
    return new Row(
        name,
        String.format(Locale.ROOT, "<= %.0f ms", target),
        String.format(Locale.ROOT, "%.1f ms", measured),
        measured <= target,
        detail);
  }

  /** A figure that nothing was asked of. */
  static Row told(String name, String measured, String detail) {
    return new Row(name, "-", measured, true, detail);
  }

  /** The same with more to say. */
  Row and(String more) {
    return new Row(name, target, measured, isMet, detail + "; " + more);
  }

  /** The same, and nothing is asked of it. */
  Row untargeted() {
    return told(name, measured, detail);
  }

  String print() {
    return String.format(
        Locale.ROOT,
        "%-46s %12s %12s  %-6s  %s",
        name,
        target,
        measured,
        isMet ? "met" : "MISSED",
        detail);
  }
}
