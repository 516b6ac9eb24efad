// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.Mark.State;
import java.nio.ByteBuffer;

/**
 * Neighbouring offsets with equal marks.
 *
 * <p>On the wire it is a number and, if it tells of crashes, one byte with how many: {@code length
 * * 8 + (4 if crashes are told) + state}. Of the number, each byte has seven bits, the lowest
 * first, and the eighth says that more follow.
 *
 * @param from the first offset
 * @param to the one after the last
 */
record Run(long from, long to, Mark mark) {
  private static final int STATE_MASK = 3;
  private static final int CRASHED = 4;
  private static final int LENGTH_SHIFT = 3;
  private static final int DIGIT_BITS = 7;
  private static final int DIGIT_MASK = (1 << DIGIT_BITS) - 1;
  private static final int MORE = 1 << DIGIT_BITS;

  long length() {
    return to - from;
  }

  private boolean isCrashed() {
    return mark.crashes() > 0;
  }

  private long number() {
    return (length() << LENGTH_SHIFT) | (isCrashed() ? CRASHED : 0) | mark.state().code();
  }

  /** How many bytes it takes. */
  int bytes() {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(number());
    return (bits + DIGIT_BITS - 1) / DIGIT_BITS + (isCrashed() ? 1 : 0);
  }

  void write(ByteBuffer bytes) {
    long rest = number();
    while (rest > DIGIT_MASK) {
      bytes.put((byte) ((rest & DIGIT_MASK) | MORE));
      rest >>>= DIGIT_BITS;
    }
    bytes.put((byte) rest);
    if (isCrashed()) {
      bytes.put((byte) mark.crashes());
    }
  }

  /**
   * Reads a run that begins at an offset. Whether it may end where it does, {@link Marks} knows.
   *
   * @throws IllegalArgumentException if there is no such run
   * @throws java.nio.BufferUnderflowException if it is cut off
   */
  static Run read(long from, ByteBuffer bytes) {
    long number = number(bytes);
    boolean isCrashed = (number & CRASHED) != 0;
    Mark mark = new Mark(State.of((int) number & STATE_MASK), isCrashed ? bytes.get() : 0);
    if (isCrashed && mark.crashes() == 0) {
      throw new IllegalArgumentException("crashes without one");
    }
    return new Run(from, from + (number >>> LENGTH_SHIFT), mark);
  }

  private static long number(ByteBuffer bytes) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE - 1; shift += DIGIT_BITS) {
      byte digit = bytes.get();
      number |= (long) (digit & DIGIT_MASK) << shift;
      if (digit >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number without an end");
  }
}
