// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * Measures two ways of doing the same work in turn, A B A B …, in one process, so that a machine
 * that becomes slower meanwhile does so for both. What counts is the ratio, pair by pair.
 */
final class Duel {
  private static final int WARM_UPS = 2;

  private final String name;
  private final double target;
  private final int rounds;
  private int warmUps = WARM_UPS;

  Duel(String name, double target, int rounds) {
    this.name = name;
    this.target = target;
    this.rounds = rounds;
  }

  /** Warms up by so many pairs instead, where code is still compiled and caches are filled. */
  Duel warmedUpBy(int pairs) {
    warmUps = pairs;
    return this;
  }

  /** The row of the table. */
  Row run(Side ours, Side bare) throws Exception {
    for (int i = 0; i < warmUps; i++) {
      ours.run();
      bare.run();
    }
    double[] ratios = new double[rounds];
    double[] oursRates = new double[rounds];
    double[] bareRates = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      System.gc();
      oursRates[i] = ours.run();
      System.gc();
      bareRates[i] = bare.run();
      ratios[i] = oursRates[i] / bareRates[i];
    }
    Arrays.sort(ratios);
    return Row.ratio(
        name,
        target,
        ratios[rounds / 2],
        String.format(
            Locale.ROOT,
            "%,.0f/s against %,.0f/s; ratios %.2f to %.2f in %d pairs",
            median(oursRates),
            median(bareRates),
            ratios[0],
            ratios[rounds - 1],
            rounds));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
