// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.message;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a stream of bytes into lines. A line that is too long is told as empty once, and its rest is
 * passed over, so that memory stays bounded. Not thread-safe.
 */
final class LineSplitter {
  private static final byte[] NOTHING = new byte[0];

  private final int bytesMax;
  private final Consumer<Optional<byte[]>> lines;
  private byte[] begun = NOTHING;
  private int length;
  private boolean isPassingOver;

  /** Tells lines of at most this many bytes, without their ends; a longer one as empty. */
  LineSplitter(int bytesMax, Consumer<Optional<byte[]>> lines) {
    this.bytesMax = bytesMax;
    this.lines = lines;
  }

  /** Takes the next piece. */
  void add(Buffer piece) {
    byte[] bytes = piece.getBytes();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        append(bytes, start, i);
        finish();
        start = i + 1;
      }
    }
    append(bytes, start, bytes.length);
  }

  /** There is no more: what stands behind the last line's end is a line too. */
  void end() {
    if (length > 0 && !isPassingOver) {
      finish();
    }
  }

  private void append(byte[] bytes, int start, int end) {
    if (isPassingOver || start == end) {
      return;
    }
    if (length + (end - start) > bytesMax) {
      isPassingOver = true;
      begun = NOTHING;
      length = 0;
      lines.accept(Optional.empty());
      return;
    }
    if (begun.length < length + (end - start)) {
      int room = Math.max(length + (end - start), Math.min(bytesMax, begun.length * 2));
      begun = Arrays.copyOf(begun, room);
    }
    System.arraycopy(bytes, start, begun, length, end - start);
    length += end - start;
  }

  private void finish() {
    if (!isPassingOver) {
      byte[] line = Arrays.copyOf(begun, length);
      length = 0;
      lines.accept(Optional.of(line));
    }
    isPassingOver = false;
  }
}
