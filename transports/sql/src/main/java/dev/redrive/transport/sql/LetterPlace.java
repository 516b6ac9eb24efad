// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a dead letter stands among those of its queue.
 *
 * @param diedAt when it died
 * @param seq its message's number, which no other has
 */
record LetterPlace(long diedAt, long seq) {
  static final LetterPlace FIRST = new LetterPlace(0, 0);

  private static final Pattern CURSOR = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");

  /** The first place after this one. */
  LetterPlace next() {
    return new LetterPlace(diedAt, seq + 1);
  }

  String cursor() {
    return diedAt + "-" + seq;
  }

  /**
   * The place that a cursor names.
   *
   * @throws IllegalArgumentException if it is no cursor
   */
  static LetterPlace parse(String cursor) {
    Matcher parts = CURSOR.matcher(cursor);
    if (!parts.matches()) {
      throw new IllegalArgumentException("'" + cursor + "' is no cursor; use one of a page");
    }
    return new LetterPlace(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)));
  }
}
