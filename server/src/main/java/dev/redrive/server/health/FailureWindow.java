// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.health;

import dev.redrive.Event;
import dev.redrive.Listener;
import dev.redrive.retry.Reason;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;

/** Of the attempts that ended in the last minute, how many failed. Thread-safe. */
public final class FailureWindow implements Listener {
  private static final int SECONDS = 60;

  /** Deaths that no attempt of this moment led to. */
  private static final Set<Reason> WITHOUT_ATTEMPT =
      EnumSet.of(Reason.EXPIRED, Reason.OVERFLOW, Reason.UNDECODABLE);

  private final InstantSource clock;
  // All below is guarded by this object.
  private final long[] seconds = new long[SECONDS];
  private final long[] ended = new long[SECONDS];
  private final long[] failed = new long[SECONDS];

  /** Counts by this clock. */
  public FailureWindow(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public void on(Event event) {
    if (event instanceof Event.Succeeded) {
      count(0);
    } else if (event instanceof Event.Retried
        || (event instanceof Event.Died died && !WITHOUT_ATTEMPT.contains(died.reason()))) {
      count(1);
    }
  }

  private synchronized void count(int failures) {
    long second = clock.instant().getEpochSecond();
    int slot = (int) Math.floorMod(second, (long) SECONDS);
    if (seconds[slot] != second) {
      seconds[slot] = second;
      ended[slot] = 0;
      failed[slot] = 0;
    }
    ended[slot]++;
    failed[slot] += failures;
  }

  /** The part that failed, 0 to 1; 0 if none ended. */
  synchronized double rate() {
    long now = clock.instant().getEpochSecond();
    long allEnded = 0;
    long allFailed = 0;
    for (int slot = 0; slot < SECONDS; slot++) {
      if (seconds[slot] > now - SECONDS && seconds[slot] <= now) {
        allEnded += ended[slot];
        allFailed += failed[slot];
      }
    }
    return allEnded == 0 ? 0 : (double) allFailed / allEnded;
  }
}
