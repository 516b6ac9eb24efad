// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The order of messages with keys: of each key, those that have not ended, in the order sent. The
 * first of a lane is free to be handed over, the others wait for it, wherever it is, the dead
 * letters included, unless the queue's spec lets them go on. Guarded by the queue's lock.
 */
final class KeyLanes {
  private final Map<String, TreeMap<Long, Entry>> lanes = new HashMap<>();
  private boolean isOrdered;

  /** Begins or ceases to order; there are no lanes afterwards. */
  void reset(boolean ordered) {
    isOrdered = ordered;
    lanes.clear();
  }

  void add(Entry entry) {
    if (isOrdered && !entry.key().isEmpty()) {
      lanes.computeIfAbsent(entry.key(), key -> new TreeMap<>()).put(entry.number(), entry);
    }
  }

  /** True of one that belongs into a lane and was taken out of it: others went on without it. */
  boolean hasLeft(Entry entry) {
    TreeMap<Long, Entry> lane = lanes.get(entry.key());
    return isOrdered
        && !entry.key().isEmpty()
        && (lane == null || !lane.containsKey(entry.number()));
  }

  /** True if no earlier message of its key is in the way. */
  boolean isFree(Entry entry) {
    TreeMap<Long, Entry> lane = lanes.get(entry.key());
    return lane == null || lane.firstKey() == entry.number();
  }

  /** Takes the entry, which has ended, out of the way; returns the one that is free now, if any. */
  Optional<Entry> remove(Entry entry) {
    TreeMap<Long, Entry> lane = lanes.get(entry.key());
    if (lane == null) {
      return Optional.empty();
    }
    boolean wasFirst = lane.firstKey() == entry.number();
    lane.remove(entry.number());
    if (lane.isEmpty()) {
      lanes.remove(entry.key());
      return Optional.empty();
    }
    return wasFirst ? Optional.of(lane.firstEntry().getValue()) : Optional.empty();
  }
}
