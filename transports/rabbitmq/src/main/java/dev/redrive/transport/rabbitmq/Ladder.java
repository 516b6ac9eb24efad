// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import java.time.Duration;

/**
 * How an arbitrary delay is made of fixed ones.
 *
 * <p>A queue whose messages all wait equally long is always in the order in which they are due, so
 * that none waits behind a longer one. There is such a queue for each power of two: level {@code L}
 * holds a message for {@code 2^L} ticks, and then dead-letters it to the next lower level. A delay
 * in ticks, as a binary number, says which levels a message stops at; its digits are the first
 * words of the routing key, the highest level's first, and the name of the queue it is meant for is
 * the rest. At each level a topic exchange looks at one digit: at a one the message goes to that
 * level's queue, at a zero on to the next exchange.
 *
 * <p>Each stop costs a write, so delays are rounded up to six significant binary digits: at most
 * six stops, about three on average, and at most three per cent late.
 */
final class Ladder {
  /** How many levels there are. */
  static final int LEVELS = 27;

  /** How long the lowest level holds. */
  static final Duration TICK = Duration.ofMillis(8);

  /** The longest delay of one pass, some twelve days; a longer one takes several. */
  static final Duration LONGEST;

  private static final int DIGITS = 6;
  private static final long TICKS_MAX = ((1L << DIGITS) - 1) << (LEVELS - DIGITS);

  static {
    LONGEST = TICK.multipliedBy(TICKS_MAX);
  }

  private Ladder() {}

  /** How long a level holds. */
  static Duration hold(int level) {
    return TICK.multipliedBy(1L << level);
  }

  /** A delay in ticks, rounded up to what the ladder has; of a longer one, the longest. */
  static long ticks(Duration delay) {
    if (delay.compareTo(LONGEST) >= 0) {
      return TICKS_MAX;
    }
    long exact = Math.max(1, ceilDiv(delay.toNanos(), TICK.toNanos()));
    int digits = Long.SIZE - Long.numberOfLeadingZeros(exact);
    long step = 1L << Math.max(0, digits - DIGITS);
    return ceilDiv(exact, step) * step;
  }

  private static long ceilDiv(long value, long by) {
    return Math.floorDiv(value + by - 1, by);
  }

  /** The level at whose exchange a message enters. */
  static int entry(long ticks) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(ticks);
  }

  /** The routing key that takes a message down the ladder to a queue. */
  static String key(long ticks, String queue) {
    StringBuilder key = new StringBuilder(2 * LEVELS + queue.length());
    for (int level = LEVELS - 1; level >= 0; level--) {
      key.append((ticks >> level) & 1).append('.');
    }
    return key.append(queue).toString();
  }

  /** Whether a routing key leads to this queue. */
  static boolean isFor(String queue, String key) {
    return key.length() == 2 * LEVELS + queue.length() && key.endsWith("." + queue);
  }

  /** What the digit of a level must be, as a binding of its exchange. */
  static String pattern(int level, int digit) {
    return "*.".repeat(LEVELS - 1 - level) + digit + ".#";
  }

  /** The binding that a queue's messages leave the ladder by. */
  static String exit(String queue) {
    // As many stars as there are digits, so that queue b does not get what is meant for a.b.
    return "*.".repeat(LEVELS) + queue;
  }
}
