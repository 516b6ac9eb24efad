// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Makes message ids: 26 characters that sort by time and do not repeat.
 *
 * <p>48 bits of milliseconds and 80 random bits in Crockford's base 32, as the ULID specification
 * (github.com/ulid/spec) lays them out.
 */
final class MessageIds {
  private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final int BITS_PER_DIGIT = 5;
  private static final int TIME_DIGITS = 10;
  private static final int RANDOM_DIGITS_EACH = 8;
  private static final int DIGITS_ALL = TIME_DIGITS + 2 * RANDOM_DIGITS_EACH;

  private final InstantSource clock;
  private final RandomGenerator random;

  MessageIds(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  String next() {
    char[] id = new char[DIGITS_ALL];
    write(id, 0, TIME_DIGITS, clock.millis());
    write(id, TIME_DIGITS, RANDOM_DIGITS_EACH, random.nextLong());
    write(id, TIME_DIGITS + RANDOM_DIGITS_EACH, RANDOM_DIGITS_EACH, random.nextLong());
    return new String(id);
  }

  private static void write(char[] id, int start, int digits, long bits) {
    long rest = bits;
    for (int i = start + digits - 1; i >= start; i--) {
      id[i] = DIGITS[(int) (rest & (DIGITS.length - 1))];
      rest >>>= BITS_PER_DIGIT;
    }
  }
}
