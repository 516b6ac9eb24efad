// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

/**
 * Colours text with ANSI escapes, or leaves it as it is where nobody could see them.
 *
 * @param isOn false to leave all text as it is
 */
public record Paint(boolean isOn) {

  /** Went well. */
  public String green(String text) {
    return wrap("32", text);
  }

  /** Went wrong. */
  public String red(String text) {
    return wrap("31", text);
  }

  /** Will be tried again. */
  public String yellow(String text) {
    return wrap("33", text);
  }

  /** Something to type or to open. */
  public String cyan(String text) {
    return wrap("36", text);
  }

  /** What matters most on the line. */
  public String bold(String text) {
    return wrap("1", text);
  }

  /** What matters least on the line. */
  public String dim(String text) {
    return wrap("2", text);
  }

  private String wrap(String code, String text) {
    return isOn && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  /** How many columns the text takes on a terminal: escapes take none. */
  static int width(String text) {
    int columns = 0;
    boolean isEscape = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\u001b') {
        isEscape = true;
      } else if (isEscape) {
        isEscape = c != 'm';
      } else if (!Character.isLowSurrogate(c)) {
        columns++;
      }
    }
    return columns;
  }

  /** As much of a coloured line as fits into so many columns. */
  static String cut(String line, int columns) {
    if (width(line) <= columns) {
      return line;
    }
    StringBuilder kept = new StringBuilder();
    int used = 0;
    boolean isEscape = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean isPart = isEscape || c == '\u001b';
      isEscape = isPart && c != 'm';
      if (isPart || used < columns) {
        kept.append(c);
      }
      used += isPart || Character.isLowSurrogate(c) ? 0 : 1;
    }
    return kept.toString();
  }

  /**
   * The text without control characters, so that what a message or a server contains cannot move
   * the cursor, clear the screen or forge a line.
   */
  public static String plain(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                safe.appendCodePoint(
                    Character.isISOControl(c) ? (c == '\t' || c == '\n' ? ' ' : '\ufffd') : c));
    return safe.toString();
  }

  /**
   * The first {@code max} characters, with an ellipsis if there are more; no control characters.
   */
  public static String brief(String text, int max) {
    String safe = plain(text);
    if (safe.codePointCount(0, safe.length()) <= max) {
      return safe;
    }
    return safe.substring(0, safe.offsetByCodePoints(0, max - 1)) + "…";
  }
}
