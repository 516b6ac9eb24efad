// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Collections;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The offsets of a log's records. Some are no records, some records vanish. */
final class PartitionLog {
  private final TreeSet<Long> records = new TreeSet<>();
  private long end;

  /** Some records, perhaps with offsets in between or behind that are none. */
  void append(Random random) {
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      end += random.nextInt(4) == 0 ? random.nextInt(random.nextInt(8) == 0 ? 10_000 : 4) : 0;
      records.add(end++);
    }
    end += random.nextInt(3) == 0 ? 1 : 0;
  }

  /** Takes one record away, or with the retention the first ones. */
  void clean(Random random) {
    if (!records.isEmpty()) {
      long any = records.stream().skip(random.nextInt(records.size())).findFirst().orElseThrow();
      if (random.nextInt(4) == 0) {
        records.headSet(any).clear();
      }
      records.remove(any);
    }
  }

  /** The first record from an offset on. */
  OptionalLong next(long offset) {
    Long next = records.ceiling(offset);
    return next == null ? OptionalLong.empty() : OptionalLong.of(next);
  }

  SortedSet<Long> below(long offset) {
    return Collections.unmodifiableSortedSet(records.headSet(offset));
  }

  Set<Long> records() {
    return Collections.unmodifiableSet(records);
  }

  long end() {
    return end;
  }
}
