// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses that grow with the failures in a row, and are drawn at random, so that many processes do
 * not come back at one moment.
 */
final class Backoff {
  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration MAX = Duration.ofSeconds(15);

  private static final int DOUBLINGS_MAX = 10;

  private Backoff() {}

  /** The longest pause after so many failures. */
  static Duration longest(int failures) {
    Duration grown = FIRST.multipliedBy(1L << Math.min(failures, DOUBLINGS_MAX));
    return grown.compareTo(MAX) < 0 ? grown : MAX;
  }

  /** A pause of at most that, and at least a quarter of it. */
  static Duration drawn(Duration longest, RandomGenerator random) {
    long millis = longest.toMillis();
    return Duration.ofMillis(millis / 4 + random.nextLong(millis * 3 / 4 + 1));
  }
}
