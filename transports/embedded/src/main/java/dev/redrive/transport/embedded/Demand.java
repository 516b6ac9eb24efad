// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The takers of a queue that still take messages, and how many each asked for.
 *
 * <p>Not thread-safe: guarded by its queue's lock.
 */
final class Demand {
  private static final int CREDIT_MAX = 1_000_000;

  private final Map<Taker, Integer> credit = new HashMap<>();
  private final Deque<Taker> turns = new ArrayDeque<>();
  private int total;

  void add(Taker taker) {
    credit.put(taker, 0);
    turns.add(taker);
  }

  /** Takes a taker out. It gets nothing more. */
  void remove(Taker taker) {
    Integer left = credit.remove(taker);
    if (left != null) {
      total -= left;
      turns.remove(taker);
    }
  }

  void request(Taker taker, int count) {
    Integer left = credit.get(taker);
    if (left != null) {
      int more = Math.min(count, CREDIT_MAX - left);
      credit.put(taker, left + more);
      total += more;
    }
  }

  int credit(Taker taker) {
    return credit.getOrDefault(taker, 0);
  }

  void spend(Taker taker, int count) {
    credit.merge(taker, -count, Integer::sum);
    total -= count;
  }

  int total() {
    return total;
  }

  /** The next taker, in turn, that still wants something. */
  Optional<Taker> next() {
    for (int i = 0; i < turns.size(); i++) {
      Taker first = turns.removeFirst();
      turns.addLast(first);
      if (credit(first) > 0) {
        return Optional.of(first);
      }
    }
    return Optional.empty();
  }
}
