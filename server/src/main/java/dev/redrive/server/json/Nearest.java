// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.json;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Guesses what a mistyped name was meant to be, by the letters inserted, dropped, replaced or
 * swapped.
 */
public final class Nearest {
  private static final int LENGTH_MAX = 100;

  private Nearest() {}

  /** The known name that is so near that it may have been meant. */
  public static Optional<String> to(String written, Collection<String> known) {
    if (written.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    return known.stream()
        .filter(name -> distance(written, name) <= Math.max(1, name.length() / 3))
        .min(
            Comparator.comparingInt((String name) -> distance(written, name))
                .thenComparing(n -> n));
  }

  /** {@code ; did you mean `x`?}, or nothing. */
  public static String hint(String written, Collection<String> known) {
    return to(written, known).map(name -> "; did you mean `" + name + "`?").orElse("");
  }

  private static int distance(String one, String other) {
    String left = one.toLowerCase(Locale.ROOT);
    String right = other.toLowerCase(Locale.ROOT);
    int[][] rows = new int[left.length() + 1][right.length() + 1];
    for (int i = 0; i <= left.length(); i++) {
      for (int j = 0; j <= right.length(); j++) {
        rows[i][j] = i == 0 || j == 0 ? i + j : least(rows, left, right, i, j);
      }
    }
    return rows[left.length()][right.length()];
  }

  private static int least(int[][] rows, String left, String right, int i, int j) {
    int replaced = rows[i - 1][j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
    int least = Math.min(replaced, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
    boolean isSwapped =
        i > 1
            && j > 1
            && left.charAt(i - 1) == right.charAt(j - 2)
            && left.charAt(i - 2) == right.charAt(j - 1);
    return isSwapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
  }
}
