// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** One delay after another; the last repeats. */
record ListBackoff(List<Duration> delays) implements Backoff {

  static final int DELAYS_MAX = 1_000;

  private static final int SHOWN_MAX = 10;

  ListBackoff {
    delays = List.copyOf(delays);
    if (delays.isEmpty() || delays.size() > DELAYS_MAX) {
      throw new IllegalArgumentException(
          "delays has %d entries: it must have 1 to %d".formatted(delays.size(), DELAYS_MAX));
    }
    for (int i = 0; i < delays.size(); i++) {
      DelayWindow.checked(delays.get(i), "delays[" + i + "]");
    }
  }

  @Override
  public Duration delay(int attempt) {
    return delays.get(Math.min(Attempts.checked(attempt), delays.size()) - 1);
  }

  @Override
  public String toString() {
    String shown =
        delays.stream()
            .limit(SHOWN_MAX)
            .map(DurationText::format)
            .collect(Collectors.joining(", "));
    return "list " + shown + (delays.size() > SHOWN_MAX ? ", ..." : "");
  }
}
