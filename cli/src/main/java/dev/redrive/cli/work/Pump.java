// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;

/**
 * Copies a command's output to a stream in whole lines, so that commands that run side by side do
 * not mix within a line. A line beyond the bound is passed on in pieces.
 */
final class Pump {
  private static final int LINE_BYTES_MAX = 64 * 1024;

  private final InputStream from;
  private final PrintStream to;
  private final Tail tail;
  private final byte[] line = new byte[LINE_BYTES_MAX];
  private int length;

  /** Copies to a stream, and the end of it to the tail. */
  Pump(InputStream from, PrintStream to, Tail tail) {
    this.from = from;
    this.to = to;
    this.tail = tail;
  }

  /** Copies until the end. A stream that is closed under its reader has ended. */
  void run() {
    byte[] chunk = new byte[8 * 1024];
    try (from) {
      for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
        tail.write(chunk, n);
        take(chunk, n);
      }
    } catch (IOException e) {
      // The command was killed, or its pipe was closed: what came so far is all there is.
    } finally {
      flush();
    }
  }

  private void take(byte[] chunk, int count) {
    for (int i = 0; i < count; i++) {
      line[length++] = chunk[i];
      if (chunk[i] == '\n' || length == line.length) {
        flush();
      }
    }
  }

  private void flush() {
    if (length > 0) {
      to.write(line, 0, length);
      to.flush();
      length = 0;
    }
  }
}
