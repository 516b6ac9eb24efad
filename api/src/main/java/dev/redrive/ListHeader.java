// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.ArrayList;
import java.util.List;

/** The members of a header that is a list: what stands between commas, without the gaps around. */
final class ListHeader {
  private ListHeader() {}

  static List<String> members(String header) {
    return split(header, ',');
  }

  /** What stands between these separators. Nothing is left out, so there is one member at least. */
  static List<String> split(String text, char separator) {
    List<String> members = new ArrayList<>();
    int from = 0;
    int to = text.indexOf(separator);
    while (to >= 0) {
      members.add(trimmed(text, from, to));
      from = to + 1;
      to = text.indexOf(separator, from);
    }
    members.add(trimmed(text, from, text.length()));
    return members;
  }

  /**
   * That part of the text, without gaps around. Gaps are spaces and tabs alone: a line's end in a
   * header is no gap.
   */
  static String trimmed(String text, int from, int to) {
    int begin = from;
    int end = to;
    while (begin < end && isGap(text.charAt(begin))) {
      begin++;
    }
    while (end > begin && isGap(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(begin, end);
  }

  private static boolean isGap(char c) {
    return c == ' ' || c == '\t';
  }
}
