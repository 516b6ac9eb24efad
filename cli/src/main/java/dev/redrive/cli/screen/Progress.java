// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

/**
 * One line at the bottom of a terminal that shows how far something has come, drawn over again.
 * Where nothing can be redrawn it stays silent. Thread-safe.
 */
public final class Progress implements AutoCloseable {
  private static final long REDRAW_MILLIS = 80;
  private static final int BAR_COLUMNS = 24;

  private final Terminal terminal;
  private final Object lock = new Object();
  private long drawnAt = Long.MIN_VALUE;
  private boolean isDrawn;

  /** Draws on the terminal's {@code err}. */
  public Progress(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A bar: {@code share} of it is done, from 0 to 1; the text follows it. */
  public void bar(double share, String text) {
    line(bar(terminal.paintErr(), share, BAR_COLUMNS) + " " + text);
  }

  /** A bar of so many columns. */
  public static String bar(Paint paint, double share, int columns) {
    int full = (int) Math.round(Math.max(0, Math.min(1, share)) * columns);
    String rest = "─".repeat(columns - full);
    return paint.green("━".repeat(full)) + paint.dim(rest);
  }

  /** Shows this line, unless the last one was shown a blink ago. */
  public void line(String text) {
    if (!terminal.canRedraw()) {
      return;
    }
    synchronized (lock) {
      long now = terminal.clock().millis();
      if (isDrawn && Math.abs(now - drawnAt) < REDRAW_MILLIS) {
        return;
      }
      drawnAt = now;
      isDrawn = true;
      terminal.err().print("\r\u001b[K" + Paint.cut(text, terminal.ttys().columns() - 1));
      terminal.err().flush();
    }
  }

  /** Prints a line that stays, above the progress. */
  public void print(String text) {
    synchronized (lock) {
      clear();
      terminal.err().println(text);
    }
  }

  /** Removes the line. May be called more than once. */
  @Override
  public void close() {
    synchronized (lock) {
      clear();
    }
  }

  private void clear() {
    if (isDrawn) {
      terminal.err().print("\r\u001b[K");
      terminal.err().flush();
      isDrawn = false;
    }
  }
}
