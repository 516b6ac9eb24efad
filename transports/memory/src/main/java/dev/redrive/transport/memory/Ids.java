// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.MessageState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Which ids a queue knows: those of messages that are there, and for a while those of messages that
 * ended, so that one sent again is recognised. Guarded by the queue's lock.
 */
final class Ids {
  private static final int ENDED_BYTES = 200;

  /** A message that ended. */
  record Ended(
      String id,
      MessageState state,
      Instant at,
      int attempts,
      Instant firstSeen,
      Instant forgetAt) {
    long bytes() {
      return ENDED_BYTES + 2L * id.length();
    }

    static int byForgetting(Ended one, Ended other) {
      return one.forgetAt.compareTo(other.forgetAt);
    }
  }

  private final Map<String, Entry> present = new HashMap<>();
  private final Map<String, Ended> ended = new HashMap<>();
  private final PriorityQueue<Ended> forgetting = new PriorityQueue<>(Ended::byForgetting);
  private final Budget budget;

  Ids(Budget budget) {
    this.budget = budget;
  }

  void add(Entry entry) {
    present.put(entry.id(), entry);
  }

  Optional<Entry> present(String id) {
    return Optional.ofNullable(present.get(id));
  }

  Collection<Entry> allPresent() {
    return present.values();
  }

  /** What is remembered of a message that ended. */
  Optional<Ended> ended(String id, Instant now) {
    forget(now);
    return Optional.ofNullable(ended.get(id));
  }

  /** The entry ended in this state; its id is remembered for the window if the sender chose it. */
  void end(Entry entry, MessageState state, int attempts, Instant now, Duration window) {
    present.remove(entry.id());
    forget(now);
    if (!entry.isUnique() && !window.isZero()) {
      Ended memory =
          new Ended(entry.id(), state, now, attempts, entry.firstSeen(), now.plus(window));
      budget.charge(memory.bytes());
      ended.put(entry.id(), memory);
      forgetting.add(memory);
    }
  }

  private void forget(Instant now) {
    while (!forgetting.isEmpty() && !forgetting.peek().forgetAt().isAfter(now)) {
      Ended forgotten = forgetting.remove();
      ended.remove(forgotten.id());
      budget.release(forgotten.bytes());
    }
  }
}
