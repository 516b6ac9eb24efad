// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How late retries began. Thread-safe. */
final class Lateness {
  private static final double NANOS_PER_MILLI = 1e6;

  // Guarded by itself.
  private final List<Long> nanos = new ArrayList<>();

  /** One more. */
  void add(long lateness) {
    synchronized (nanos) {
      nanos.add(lateness);
    }
  }

  /**
   * The row of the table.
   *
   * @param what they were
   */
  Row row(String name, String what) {
    List<Long> sorted;
    synchronized (nanos) {
      sorted = nanos.stream().sorted().toList();
    }
    int count = sorted.size();
    return Row.told(
        name,
        String.format(Locale.ROOT, "%.0f ms", sorted.get(count * 99 / 100) / NANOS_PER_MILLI),
        String.format(
            Locale.ROOT,
            "p50 %.0f ms, max %.0f ms of %,d %s",
            sorted.get(count / 2) / NANOS_PER_MILLI,
            sorted.get(count - 1) / NANOS_PER_MILLI,
            count,
            what));
  }
}
