// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import dev.redrive.cli.http.RefusedException;
import dev.redrive.cli.http.UnreachableException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Whether the server can be reached, and how long to wait before the next try: exponential with
 * full jitter (M. Brooker, "Exponential Backoff and Jitter", 2015), so that a server that comes
 * back is not met by all workers at once. Confined to one thread.
 */
final class Link {
  private static final long FIRST_MILLIS = 500;
  private static final long MAX_MILLIS = 15_000;
  private static final int DOUBLINGS_MAX = 6;

  private final Clock clock;
  private final Optional<Duration> giveUpAfter;
  private final DoubleSupplier random;
  private int failures;
  private long downSince;

  /**
   * A link that is up.
   *
   * @param giveUpAfter how long it may be down; empty for ever
   * @param random numbers from 0 to 1
   */
  Link(Clock clock, Optional<Duration> giveUpAfter, DoubleSupplier random) {
    this.clock = clock;
    this.giveUpAfter = giveUpAfter;
    this.random = random;
  }

  /** True if trying again can help. */
  static boolean isPassing(IOException failure) {
    return failure instanceof UnreachableException
        || (failure instanceof RefusedException refused && refused.isTransient());
  }

  /** An answer came. True if none had come before it. */
  boolean up() {
    boolean wasDown = failures > 0;
    failures = 0;
    return wasDown;
  }

  /** No answer came. True if this is the first time. */
  boolean down() {
    if (failures == 0) {
      downSince = clock.millis();
    }
    failures++;
    return failures == 1;
  }

  /** How long it has been down. */
  Duration downFor() {
    return failures == 0 ? Duration.ZERO : Duration.ofMillis(clock.millis() - downSince);
  }

  /** True if it has been down for too long. */
  boolean isGivenUp() {
    return failures > 0 && giveUpAfter.map(max -> downFor().compareTo(max) >= 0).orElse(false);
  }

  /** How long to wait before the next try, no longer than until giving up. */
  Duration pause() {
    long cap = Math.min(MAX_MILLIS, FIRST_MILLIS << Math.min(failures - 1, DOUBLINGS_MAX));
    long pause = FIRST_MILLIS / 2 + (long) (random.getAsDouble() * (cap - FIRST_MILLIS / 2));
    long left = giveUpAfter.map(max -> max.minus(downFor()).toMillis()).orElse(Long.MAX_VALUE);
    return Duration.ofMillis(Math.max(1, Math.min(pause, left)));
  }
}
