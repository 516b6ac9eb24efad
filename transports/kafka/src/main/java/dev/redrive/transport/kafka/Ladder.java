// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;

/**
 * How an arbitrary delay is made of fixed ones.
 *
 * <p>A topic is read in the order it was written. So there is one for each power of two: in the
 * topic of level {@code L} every message waits for {@code 2^L} seconds, those in front are due
 * first, and none waits behind a longer one. A delay is a sum of levels, the longest first.
 *
 * <p>The last one to two seconds of a delay are spent in the consuming process, to the millisecond,
 * so that a message leaves the ladder early rather than late. Each level costs a copy, so what it
 * stays is rounded up to eight significant binary digits: eight copies at most, four on average,
 * and at most 0.8 per cent late beyond four minutes.
 *
 * <p>The next level is chosen by what is left, so that lateness does not add up. What is a little
 * late keeps the levels that it would have had, or else a message that has 64 seconds to go and is
 * late would go by 32, 16, 8, 4, 2 and 1 instead.
 */
final class Ladder {
  /** How many levels there are. */
  static final int LEVELS = 20;

  /** What is due sooner does not go by the ladder. */
  static final Duration SHORTEST = Duration.ofSeconds(2);

  /**
   * So much before it is due a message leaves the ladder at most: what is later than is made up for
   * goes a second less.
   */
  static final Duration EARLIEST = Duration.ofMillis(2_500);

  private static final Duration LATE = Duration.ofMillis(500);
  private static final int LATE_PART = 128;

  /** The longest delay of one pass, some twelve days; a longer one takes several. */
  static final Duration LONGEST;

  private static final int DIGITS = 8;
  private static final long SECONDS_MAX = ((1L << DIGITS) - 1) << (LEVELS - DIGITS);

  static {
    LONGEST = Duration.ofSeconds(SECONDS_MAX);
  }

  private Ladder() {}

  /** How long a level holds. */
  static Duration hold(int level) {
    return Duration.ofSeconds(1L << level);
  }

  /** How long a message with so much of its delay left stays on the ladder; a sum of levels. */
  static Duration stay(Duration left) {
    if (left.compareTo(LONGEST) >= 0) {
      return LONGEST;
    }
    long exact = Math.max(1, left.toSeconds() - 1);
    int digits = Long.SIZE - Long.numberOfLeadingZeros(exact);
    int dropped = Math.max(0, digits - DIGITS);
    long step = 1L << dropped;
    return Duration.ofSeconds((exact + step - 1) / step * step);
  }

  /** The level that a message waits at first that is to stay so long, a sum of levels. */
  static int first(Duration stay) {
    return highest(stay);
  }

  /**
   * The level that a message waits at next that is to stay so much longer.
   *
   * @return its number; -1 if it is to leave the ladder
   */
  static int next(Duration left) {
    Duration part = left.dividedBy(LATE_PART);
    return highest(left.plus(part.compareTo(LATE) > 0 ? part : LATE));
  }

  private static int highest(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    return Math.min(LEVELS, Long.SIZE - Long.numberOfLeadingZeros(seconds)) - 1;
  }
}
