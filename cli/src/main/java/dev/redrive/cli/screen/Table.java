// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Rows under headings, each column as wide as its widest cell, numbers to the right. The last
 * column is cut so that a row stays on one line of a terminal. Not thread-safe.
 */
public final class Table {
  private static final Pattern NUMBER = Pattern.compile("[\\d,. ]+|–");
  private static final Pattern ESCAPE = Pattern.compile("\u001b\\[[0-9;]*m");
  private static final String GAP = "  ";
  private static final int LAST_COLUMN_MIN = 12;

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these headings and no rows. */
  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  /** Adds a row; it has as many cells as there are headings. */
  public Table row(String... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.length + " cells under " + headings.size() + " headings");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** True if it has no rows. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The lines, headings first. */
  public List<String> lines(Paint paint, int columns) {
    int[] widths = widths();
    List<String> lines = new ArrayList<>();
    lines.add(paint.dim(line(headings, widths, columns)));
    rows.forEach(row -> lines.add(line(row, widths, columns)));
    return lines;
  }

  private int[] widths() {
    int[] widths = new int[headings.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Paint.width(headings.get(i));
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], Paint.width(row.get(i)));
      }
    }
    return widths;
  }

  private String line(List<String> cells, int[] widths, int columns) {
    StringBuilder line = new StringBuilder();
    int used = 0;
    for (int i = 0; i < widths.length; i++) {
      boolean isLast = i == widths.length - 1;
      String cell = cells.get(i);
      String padding = " ".repeat(widths[i] - Paint.width(cell));
      if (isNumeric(i)) {
        line.append(padding).append(cell);
      } else if (isLast) {
        line.append(cut(cell, Math.max(LAST_COLUMN_MIN, columns - used)));
      } else {
        line.append(cell).append(padding);
      }
      line.append(isLast ? "" : GAP);
      used += widths[i] + GAP.length();
    }
    return line.toString().stripTrailing();
  }

  private boolean isNumeric(int column) {
    return !rows.isEmpty()
        && rows.stream()
            .map(row -> ESCAPE.matcher(row.get(column)).replaceAll(""))
            .allMatch(cell -> NUMBER.matcher(cell).matches());
  }

  private static String cut(String cell, int max) {
    // A coloured cell is short by nature; cutting it could lose the escape that ends the colour.
    return Paint.width(cell) <= max || cell.indexOf('\u001b') >= 0 ? cell : Paint.brief(cell, max);
  }
}
