// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which of the process's streams are terminals, and how wide it is.
 *
 * @param isIn standard input comes from a keyboard
 * @param isOut standard output goes to a screen
 * @param isErr standard error goes to a screen
 * @param columns the screen's width; 80 if it is not known
 */
public record Ttys(boolean isIn, boolean isOut, boolean isErr, int columns) {
  private static final int COLUMNS_DEFAULT = 80;
  private static final long PROBE_SECONDS_MAX = 2;

  /** Nothing is a terminal. */
  public static final Ttys NONE = new Ttys(false, false, false, COLUMNS_DEFAULT);

  /** What this process was started with. */
  public static Ttys ofProcess(Map<String, String> env) {
    boolean isIn = isTerminal(0);
    boolean isOut = isTerminal(1);
    boolean isErr = isTerminal(2);
    boolean isScreen = isOut || isErr;
    return new Ttys(isIn, isOut, isErr, isScreen ? columns(env) : COLUMNS_DEFAULT);
  }

  // Console tells of input and output together only, so each descriptor is asked by itself.
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    if (Files.isSymbolicLink(link)) {
      try {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
      } catch (IOException | SecurityException e) {
        return false;
      }
    }
    return isTerminalBySh(descriptor);
  }

  private static boolean isTerminalBySh(int descriptor) {
    try {
      Process test =
          new ProcessBuilder("test", "-t", Integer.toString(descriptor)).inheritIO().start();
      return test.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS) && test.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static int columns(Map<String, String> env) {
    String told = env.getOrDefault("COLUMNS", "");
    return told.isEmpty() ? askedColumns() : parseColumns(told);
  }

  private static int askedColumns() {
    try {
      Process stty =
          new ProcessBuilder("sh", "-c", "stty size < /dev/tty")
              .redirectError(Redirect.DISCARD)
              .start();
      stty.getOutputStream().close();
      if (!stty.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS)) {
        stty.destroyForcibly();
        return COLUMNS_DEFAULT;
      }
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return parseColumns(size.trim().replaceFirst("^\\d+ ", ""));
    } catch (IOException e) {
      return COLUMNS_DEFAULT;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return COLUMNS_DEFAULT;
    }
  }

  private static int parseColumns(String text) {
    try {
      int columns = Integer.parseInt(text.trim());
      return columns >= 20 && columns <= 1_000 ? columns : COLUMNS_DEFAULT;
    } catch (NumberFormatException e) {
      return COLUMNS_DEFAULT;
    }
  }
}
