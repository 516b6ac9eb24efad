// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.keys;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts wrong keys by the address they come from: more than ten in a minute are not worth an
 * answer or a line in the log. A right key is never refused, so that nobody can lock out a
 * neighbour behind the same address. Thread-safe.
 */
public final class AuthFailures {
  private static final int FAILURES_MAX = 10;
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int ADDRESSES_MAX = 10_000;

  private final InstantSource clock;
  private final Map<String, Window> windows =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
          return size() > ADDRESSES_MAX;
        }
      };

  private record Window(Instant end, int failures) {}

  /** Counts by this clock. */
  public AuthFailures(InstantSource clock) {
    this.clock = clock;
  }

  /** Counts a wrong key. True if it was one too many. */
  public synchronized boolean isTooMany(String address) {
    Instant now = clock.instant();
    Window window = windows.get(address);
    if (window == null || !now.isBefore(window.end())) {
      window = new Window(now.plus(WINDOW), 0);
    }
    windows.put(
        address, new Window(window.end(), Math.min(window.failures() + 1, FAILURES_MAX + 1)));
    return window.failures() >= FAILURES_MAX;
  }
}
