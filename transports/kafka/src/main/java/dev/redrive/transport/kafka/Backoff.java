// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses that grow with the failures in a row, and are drawn at random, so that many processes do
 * not come back at one moment.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration MAX = Duration.ofSeconds(15);
  private static final int DOUBLINGS_MAX = 10;

  private Backoff() {}

  /** A pause after so many failures: at most twice as long as after one less. */
  static Duration drawn(int failures, RandomGenerator random) {
    Duration grown = FIRST.multipliedBy(1L << Math.min(failures, DOUBLINGS_MAX));
    long millis = (grown.compareTo(MAX) < 0 ? grown : MAX).toMillis();
    return Duration.ofMillis(millis / 4 + random.nextLong(millis * 3 / 4 + 1));
  }
}
