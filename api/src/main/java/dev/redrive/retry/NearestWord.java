// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * Guesses which word was meant by one that is not known, by the number of letters that must be
 * inserted, dropped, replaced or swapped with their neighbour (the optimal string alignment
 * distance). Dashes, underscores and capitals do not count.
 */
public final class NearestWord {

  /** Longer texts are no slip of the pen, and the comparison is quadratic. */
  private static final int LENGTH_MAX = 64;

  private static final int LETTERS_PER_SLIP = 3;

  private NearestWord() {}

  /** The nearest of the words, the first of several, or empty if none is near. Never throws. */
  public static Optional<String> to(String written, Collection<String> words) {
    if (written.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    String asked = letters(written);
    String best = "";
    int bestDistance = Integer.MAX_VALUE;
    for (String word : words) {
      int distance = distance(asked, letters(word));
      if (distance < bestDistance && distance <= Math.max(1, word.length() / LETTERS_PER_SLIP)) {
        best = word;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  private static String letters(String word) {
    return word.strip().toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }

  private static int distance(String one, String other) {
    int[][] rows = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        rows[i][j] = i == 0 || j == 0 ? i + j : cheapest(rows, one, other, i, j);
      }
    }
    return rows[one.length()][other.length()];
  }

  private static int cheapest(int[][] rows, String one, String other, int i, int j) {
    int replaced = rows[i - 1][j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
    int cheapest = Math.min(replaced, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
    boolean isSwapped =
        i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1);
    return isSwapped ? Math.min(cheapest, rows[i - 2][j - 2] + 1) : cheapest;
  }
}
