// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What stands beside a committed offset, as text. The format is {@code docs/spec/wire.md}, "On
 * Kafka".
 *
 * <p>To take a record for done that is not would lose it. So a text counts only if it is whole and
 * was written for the very offset that it stands at, which its checksum includes: programs that
 * mirror clusters or move groups copy it to other offsets.
 *
 * @param owner whose attempts have begun: the process that wrote it
 */
record Metadata(long owner, Marks marks) {
  private static final String FAMILY = "redrive-";
  private static final String PREFIX = FAMILY + "1:";
  private static final int HEAD_BYTES = Integer.BYTES + Long.BYTES;

  /** More that are not done do not fit, with two bytes each, in the longest text of a broker. */
  private static final int OPEN_MAX = 1 << 14;

  /** What a text at this offset says; nothing if it is not whole, or another program's. */
  static Optional<Metadata> read(long offset, String text) {
    if (!text.startsWith(PREFIX)) {
      return Optional.empty();
    }
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(Base64.getDecoder().decode(text.substring(PREFIX.length())));
      if (bytes.getInt() != checksum(offset, bytes)) {
        return Optional.empty();
      }
      return Optional.of(new Metadata(bytes.getLong(), marks(offset, bytes)));
    } catch (IllegalArgumentException | BufferUnderflowException damaged) {
      return Optional.empty();
    }
  }

  /** Whether a text is Redrive's, of this version or another one. */
  static boolean isOurs(String text) {
    return text.startsWith(FAMILY);
  }

  private static Marks marks(long offset, ByteBuffer bytes) {
    Marks marks = new Marks(offset);
    while (bytes.hasRemaining()) {
      Run run = Run.read(marks.end(), bytes);
      marks.set(run.from(), run.to(), run.mark());
      if (marks.open() > OPEN_MAX) {
        throw new IllegalArgumentException("more than any process has in its hands");
      }
    }
    return marks;
  }

  /** The text to stand at the first offset that is not done; empty if there is nothing to say. */
  String text() {
    List<Run> told = told();
    if (told.isEmpty()) {
      return "";
    }
    ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + told.stream().mapToInt(Run::bytes).sum());
    bytes.position(Integer.BYTES);
    bytes.putLong(owner);
    told.forEach(run -> run.write(bytes));
    bytes.flip().position(Integer.BYTES);
    bytes.putInt(0, checksum(marks.start(), bytes));
    return PREFIX + Base64.getEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /** All runs but those at the end that say no more than if they were not there. */
  private List<Run> told() {
    List<Run> told = new ArrayList<>(marks.runs());
    if (!told.isEmpty() && told.get(told.size() - 1).mark().equals(Mark.OPEN)) {
      told.remove(told.size() - 1);
    }
    return told;
  }

  /** Of the offset and of what is left in the buffer, which keeps its position. */
  private static int checksum(long offset, ByteBuffer rest) {
    CRC32C sum = new CRC32C();
    sum.update(ByteBuffer.allocate(Long.BYTES).putLong(offset).flip());
    sum.update(rest.duplicate());
    return (int) sum.getValue();
  }

  /** How long a text can become whose runs take so many bytes. */
  static long length(long runBytes) {
    long bits = Byte.SIZE * (HEAD_BYTES + runBytes);
    return PREFIX.length() + (bits + 5) / 6;
  }
}
