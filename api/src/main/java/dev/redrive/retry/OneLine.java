// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

/**
 * Makes one bounded line of a text that comes from elsewhere, so that it can neither break a table
 * nor send control sequences to a terminal.
 */
final class OneLine {

  private static final int LENGTH_MAX = 300;

  private OneLine() {}

  static String of(Throwable throwable) {
    return of(String.valueOf(throwable));
  }

  static String of(String text) {
    String cut = text.length() > LENGTH_MAX ? text.substring(0, LENGTH_MAX) + "..." : text;
    return cut.replaceAll("\\p{Cntrl}+", " ");
  }
}
