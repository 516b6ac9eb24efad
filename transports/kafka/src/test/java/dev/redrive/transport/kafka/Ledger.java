// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What is true of a partition, by the commits that were accepted, kept a record at a time and by no
 * code of the transport; and the promises that hang on it.
 */
final class Ledger {
  private final PartitionLog log;
  private final Set<Long> settled = new HashSet<>();
  private final Map<Long, Integer> attempts = new HashMap<>();
  private Map<Long, Integer> crashes = Map.of();
  private Set<Long> begun = Set.of();
  private long beginner;

  Ledger(PartitionLog log) {
    this.log = log;
  }

  /** The crashes that a process must know of which starts now. */
  Map<Long, Integer> crashesFor(long owner) {
    Map<Long, Integer> known = new HashMap<>(crashes);
    if (owner != beginner) {
      begun.forEach(offset -> known.merge(offset, 1, Integer::sum));
    }
    return known;
  }

  /** A commit was accepted: what it says is so from now on. */
  void accepted(CommitRequest request) {
    for (long offset : request.settled()) {
      Promise.SETTLED_ONCE.keep(settled.add(offset), offset);
    }
    for (long offset : log.below(request.commit().offset())) {
      Promise.NONE_BELOW.keep(settled.contains(offset), offset, request.commit());
    }
    request.begun().forEach(this::began);
    crashes = new HashMap<>(request.crashes());
    crashes.keySet().removeAll(settled);
    begun = request.begun().keySet();
    beginner = request.owner();
  }

  private void began(long offset, int attempt) {
    int last = attempts.getOrDefault(offset, 0);
    boolean isNext = attempt == last + 1 || (attempt == last && last > 0);
    Promise.NO_GAP.keep(isNext, offset, attempt, "after", last);
    attempts.put(offset, attempt);
  }

  /** A record comes to somebody who has the partition. */
  void handedOver(long offset) {
    Promise.STAYS_SETTLED.keep(!settled.contains(offset), offset);
  }

  /** A record is passed over as settled. */
  void passedOver(long offset) {
    Promise.NONE_PASSED_OVER.keep(settled.contains(offset), offset);
  }

  /** Who has nothing to commit has begun these attempts and no others. */
  void begun(Set<Long> offsets) {
    Promise.BEGUN_IS_TOLD.keep(begun.equals(offsets), begun, "in truth", offsets);
  }

  /** All has come to rest. */
  void rests(Commit committed) {
    Promise.REST.keep(committed.equals(new Commit(log.end(), "")), committed, log.end());
    Promise.REST.keep(settled.containsAll(log.records()), settled);
  }
}
