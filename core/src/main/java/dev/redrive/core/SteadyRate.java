// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.OptionalDouble;

/**
 * How many attempts a second succeed as a rule: the mean of the last half minute before the last
 * success. Failures count nothing, and time without a success at the end neither: so the outage
 * that is just being noticed, with all its retries, does not change what was usual before. Not
 * thread-safe.
 */
final class SteadyRate {
  private static final int SECONDS_MAX = 30;
  // Less says nothing about what is usual.
  private static final int SECONDS_MIN = 5;
  private static final int SUCCESSES_MIN = 10;
  private static final long SECOND = 1_000_000_000L;

  // A ring, a second a place.
  private final long[] successes = new long[SECONDS_MAX + 1];
  private boolean hasAny;
  private long first;
  private long last;

  /** An attempt succeeded, at a time of the timers' clock. */
  void succeeded(long nanos) {
    long second = Math.floorDiv(nanos, SECOND);
    if (!hasAny) {
      hasAny = true;
      first = second;
      last = second;
    }
    // Of several threads one may come late, with a second that is over.
    if (second > last) {
      forget(last + 1, second);
      last = second;
    }
    successes[place(last)]++;
  }

  private void forget(long from, long to) {
    for (long second = Math.max(from, to - SECONDS_MAX); second <= to; second++) {
      successes[place(second)] = 0;
    }
  }

  /** In a second; empty while too little was seen. */
  OptionalDouble perSecond() {
    // Neither the first second nor the last is whole.
    long from = Math.max(first + 1, last - SECONDS_MAX);
    long seconds = last - from;
    long count = 0;
    for (long second = from; second < last; second++) {
      count += successes[place(second)];
    }
    return seconds < SECONDS_MIN || count < SUCCESSES_MIN
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) count / seconds);
  }

  private static int place(long second) {
    return (int) Math.floorMod(second, SECONDS_MAX + 1L);
  }
}
