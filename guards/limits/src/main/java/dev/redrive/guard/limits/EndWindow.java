// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import java.time.Duration;
import java.util.Arrays;

/** How many messages ended, and died, in the last while: in twelve parts. Not thread-safe. */
final class EndWindow {
  private static final int PARTS = 12;

  private final long partNanos;
  private final int[] ends = new int[PARTS];
  private final int[] deaths = new int[PARTS];
  private long part;

  EndWindow(Duration length, long now) {
    this.partNanos = length.toNanos() / PARTS;
    this.part = Math.floorDiv(now, partNanos);
  }

  /** A message ended now. */
  void add(boolean isDeath, long now) {
    pass(now);
    int slot = slot(part);
    ends[slot]++;
    deaths[slot] += isDeath ? 1 : 0;
  }

  int ends(long now) {
    pass(now);
    return Arrays.stream(ends).sum();
  }

  int deaths(long now) {
    pass(now);
    return Arrays.stream(deaths).sum();
  }

  void clear() {
    Arrays.fill(ends, 0);
    Arrays.fill(deaths, 0);
  }

  private void pass(long now) {
    long present = Math.floorDiv(now, partNanos);
    for (long next = Math.max(part + 1, present - PARTS + 1); next <= present; next++) {
      ends[slot(next)] = 0;
      deaths[slot(next)] = 0;
    }
    part = Math.max(part, present);
  }

  private static int slot(long part) {
    return (int) Math.floorMod(part, (long) PARTS);
  }
}
