// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.send;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Reads lines as bytes, many at once, and knows their numbers. Not thread-safe. */
final class LineReader {
  private static final int LINES_MAX = 500;
  private static final int BYTES_MAX = 1024 * 1024;
  private static final int LINE_BYTES_MAX = 64 * 1024 * 1024;
  private static final int BUFFER_BYTES = 64 * 1024;

  /**
   * Some lines.
   *
   * @param bytes the lines, each with its end
   * @param numbers the number of each, from 1
   */
  @SuppressWarnings("ArrayRecordComponent") // A batch is never compared.
  record Batch(byte[] bytes, List<Long> numbers) {
    boolean isEmpty() {
      return numbers.isEmpty();
    }
  }

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long lineNumber;
  private long bytesRead;

  LineReader(InputStream in) {
    this.in = in;
  }

  /** How many bytes the lines read so far have. */
  long bytesRead() {
    return bytesRead;
  }

  /**
   * The next lines that are not blank; none at the end.
   *
   * @throws IOException if reading fails, or a line is longer than the bound
   */
  Batch next() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<Long> numbers = new ArrayList<>();
    while (numbers.size() < LINES_MAX && bytes.size() < BYTES_MAX) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      if (!read(line)) {
        break;
      }
      if (!line.toString(java.nio.charset.StandardCharsets.UTF_8).isBlank()) {
        numbers.add(lineNumber);
        line.writeTo(bytes);
        bytes.write('\n');
      }
    }
    return new Batch(bytes.toByteArray(), numbers);
  }

  private boolean read(ByteArrayOutputStream line) throws IOException {
    boolean isAny = false;
    while (position < limit || fill()) {
      if (!isAny) {
        isAny = true;
        lineNumber++;
      }
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      line.write(buffer, position, end - position);
      boolean isWhole = end < limit;
      bytesRead += end - position + (isWhole ? 1 : 0);
      position = isWhole ? end + 1 : end;
      if (isWhole) {
        return true;
      }
      if (line.size() > LINE_BYTES_MAX) {
        throw new IOException("line " + lineNumber + " is longer than 64 MiB");
      }
    }
    return isAny;
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }
}
