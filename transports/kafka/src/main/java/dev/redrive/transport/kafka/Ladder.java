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
 * so that a message leaves the ladder early rather than late. Each level costs a copy, so delays
 * are rounded up to eight significant binary digits: eight copies at most, four on average, and at
 * most 0.8 per cent late beyond four minutes.
 */
final class Ladder {
  /** How many levels there are. */
  static final int LEVELS = 20;

  /** What is due sooner does not go by the ladder. */
  static final Duration SHORTEST = Duration.ofSeconds(2);

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

  /**
   * The level that a message waits at first that is to stay so long.
   *
   * @return its number; negative if it is to leave the ladder
   */
  static int level(Duration stay) {
    // What was handed on a little late is not to wait a whole level less.
    long seconds = stay.plusMillis(500).toSeconds();
    return Math.min(LEVELS, Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, seconds))) - 1;
  }
}
