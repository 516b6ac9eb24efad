// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP statuses from first to last, both included. */
record StatusRange(int first, int last) {

  private static final int LOWEST = 100;
  private static final int HIGHEST = 999;
  private static final int CLASS_SIZE = 100;

  private static final Pattern ONE = Pattern.compile("([1-9][0-9]{2})");
  private static final Pattern CLASS = Pattern.compile("([1-9])[xX]{2}");
  private static final Pattern RANGE = Pattern.compile("([1-9][0-9]{2})\\s*-\\s*([1-9][0-9]{2})");

  StatusRange {
    if (first < LOWEST || last > HIGHEST || first > last) {
      throw new IllegalArgumentException(
          (first == last ? "`" + first + "`" : "`" + first + "-" + last + "`")
              + " is no HTTP status: write one of 100 to 999, a class like 5xx, or a range like"
              + " 500-599");
    }
  }

  static StatusRange of(int status) {
    return new StatusRange(status, status);
  }

  /** Reads {@code 409}, {@code 5xx} or {@code 500-599}. */
  static StatusRange parse(String text) {
    String stripped = text.strip();
    Matcher one = ONE.matcher(stripped);
    if (one.matches()) {
      return of(Integer.parseInt(one.group(1)));
    }
    Matcher statusClass = CLASS.matcher(stripped);
    if (statusClass.matches()) {
      int first = Integer.parseInt(statusClass.group(1)) * CLASS_SIZE;
      return new StatusRange(first, first + CLASS_SIZE - 1);
    }
    Matcher range = RANGE.matcher(stripped);
    if (range.matches()) {
      return new StatusRange(Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)));
    }
    throw new IllegalArgumentException(
        "`%s` is no HTTP status: write one like 409, a class like 5xx, or a range like 500-599"
            .formatted(text));
  }

  boolean contains(int status) {
    return status >= first && status <= last;
  }

  /** As it is written in the configuration. */
  @Override
  public String toString() {
    if (first == last) {
      return Integer.toString(first);
    }
    boolean isClass = first % CLASS_SIZE == 0 && last == first + CLASS_SIZE - 1;
    return isClass ? first / CLASS_SIZE + "xx" : first + "-" + last;
  }
}
