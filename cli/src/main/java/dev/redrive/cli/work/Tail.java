// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import java.nio.charset.StandardCharsets;

/** Keeps the last bytes of what is written to it. Thread-safe. */
final class Tail {
  private final byte[] ring;
  private long written;

  /** Keeps this many bytes. */
  Tail(int capacity) {
    this.ring = new byte[capacity];
  }

  /** Takes in more. */
  synchronized void write(byte[] bytes, int length) {
    for (int i = Math.max(0, length - ring.length); i < length; i++) {
      ring[(int) ((written + i) % ring.length)] = bytes[i];
    }
    written += length;
  }

  /** What is kept, as text; whole lines, if the beginning was lost. */
  synchronized String text() {
    int kept = (int) Math.min(written, ring.length);
    byte[] bytes = new byte[kept];
    for (int i = 0; i < kept; i++) {
      bytes[i] = ring[(int) ((written - kept + i) % ring.length)];
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    int firstLineEnd = text.indexOf('\n');
    boolean isCut = written > ring.length && firstLineEnd >= 0 && firstLineEnd < text.length() - 1;
    return (isCut ? text.substring(firstLineEnd + 1) : text).strip();
  }
}
