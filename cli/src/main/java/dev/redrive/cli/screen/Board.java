// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import java.io.PrintStream;
import java.util.List;

/**
 * A few lines at the bottom of a terminal that are drawn over again, and lines above them that
 * stay. Where nothing can be redrawn, only the latter are printed. Thread-safe.
 */
public final class Board implements AutoCloseable {
  private final PrintStream out;
  private final boolean canRedraw;
  private final int columns;
  private final Object lock = new Object();
  private List<String> shown = List.of();
  private int drawn;

  /** Draws on this stream. */
  public Board(PrintStream out, boolean canRedraw, int columns) {
    this.out = out;
    this.canRedraw = canRedraw;
    this.columns = columns;
  }

  /** True if {@link #show} can be seen. */
  public boolean canRedraw() {
    return canRedraw;
  }

  /** Shows these lines in place of those shown before. */
  public void show(List<String> lines) {
    if (canRedraw) {
      synchronized (lock) {
        shown = List.copyOf(lines);
        erase();
        draw();
      }
    }
  }

  /** Prints a line that stays. */
  public void print(String line) {
    synchronized (lock) {
      erase();
      out.println(line);
      draw();
    }
  }

  /** Removes the lines at the bottom. */
  @Override
  public void close() {
    synchronized (lock) {
      erase();
      shown = List.of();
      out.flush();
    }
  }

  private void erase() {
    if (drawn > 0) {
      out.print("\u001b[" + drawn + "A\r\u001b[J");
      drawn = 0;
    }
  }

  // One write for all, so that the eye sees no half-drawn board.
  private void draw() {
    StringBuilder text = new StringBuilder();
    shown.forEach(line -> text.append(Paint.cut(line, columns - 1)).append('\n'));
    out.print(text);
    out.flush();
    drawn = shown.size();
  }
}
