// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A program beside a server that does one thing and ends. */
final class Tool {
  private Tool() {}

  /** What came of it. */
  private record Ended(int code, String printed) {}

  /** Runs it, and waits for its end. */
  static void run(List<String> command) {
    Ended ended = end(command);
    if (ended.code != 0) {
      throw new AssertionError(String.join(" ", command) + " failed: " + ended.printed);
    }
  }

  /** Runs it, and tells whether it succeeded. */
  static boolean succeeds(List<String> command) {
    return end(command).code == 0;
  }

  private static Ended end(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Ended(process.waitFor(), printed);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}
