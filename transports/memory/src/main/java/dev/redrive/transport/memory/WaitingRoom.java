// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The entries that wait, by due time: those that may be handed over when due, and those that an
 * earlier one of their key blocks. Guarded by the queue's lock.
 */
final class WaitingRoom {
  private final TreeSet<Entry> free = new TreeSet<>(Entry::byDueTime);
  private final TreeSet<Entry> blocked = new TreeSet<>(Entry::byDueTime);
  private long retrying;

  void add(Entry entry, boolean isFree) {
    (isFree ? free : blocked).add(entry);
    retrying += entry.attempt() > 1 ? 1 : 0;
  }

  /** Takes the entry out. Its due time must be the one it was added with. */
  void remove(Entry entry) {
    if (free.remove(entry) || blocked.remove(entry)) {
      retrying -= entry.attempt() > 1 ? 1 : 0;
    }
  }

  /** Frees an entry if it is among the blocked. */
  void free(Entry entry) {
    if (blocked.remove(entry)) {
      free.add(entry);
    }
  }

  boolean isBlocked(Entry entry) {
    return blocked.contains(entry);
  }

  /** Takes out the entry that is due for the longest time, if any is due and free. */
  Optional<Entry> takeDue(Instant now) {
    if (free.isEmpty() || free.first().dueAt().isAfter(now)) {
      return Optional.empty();
    }
    Entry entry = free.first();
    remove(entry);
    return Optional.of(entry);
  }

  /** When the next free entry is due, or was. */
  Optional<Instant> nextDue() {
    return free.isEmpty() ? Optional.empty() : Optional.of(free.first().dueAt());
  }

  /** When the entry that is due for the longest time became due. */
  Optional<Instant> oldestDue(Instant now) {
    return Stream.of(free, blocked)
        .filter(set -> !set.isEmpty())
        .map(set -> set.first().dueAt())
        .filter(due -> !due.isAfter(now))
        .min(Instant::compareTo);
  }

  long size() {
    return free.size() + (long) blocked.size();
  }

  long retrying() {
    return retrying;
  }

  /** Empties the room. */
  List<Entry> removeAll() {
    List<Entry> all = Stream.concat(free.stream(), blocked.stream()).toList();
    free.clear();
    blocked.clear();
    retrying = 0;
    return all;
  }
}
