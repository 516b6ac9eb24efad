// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;

/**
 * What a process has of a partition from its assignment on: a {@link Tracker}, used as a transport
 * uses it, and the records in its hands. It may have lost the partition and not know it.
 */
final class SimulatedHolding {
  private enum Phase {
    HELD,
    BEGINNING,
    RUNNING
  }

  private final PartitionLog log;
  private final Ledger ledger;
  private final long owner;
  private final int generation;
  private final int metadataMax;
  private final Tracker tracker;
  private final Map<Long, Integer> crashes;
  private final TreeMap<Long, Phase> hand = new TreeMap<>();
  private final List<Long> settled = new ArrayList<>();
  private long position;

  SimulatedHolding(World world, Tracker tracker, long owner) {
    this.log = world.log();
    this.ledger = world.ledger();
    this.owner = owner;
    this.generation = world.group().generation();
    this.position = world.group().committed().offset();
    this.metadataMax = world.metadataMax();
    this.tracker = tracker;
    this.crashes = ledger.crashesFor(owner);
  }

  int generation() {
    return generation;
  }

  int inHand() {
    return hand.size();
  }

  boolean isDirty() {
    return tracker.isDirty();
  }

  /** All was sent and accepted, and there is nothing to commit: then the broker knows it all. */
  void isTold(Commit committed) {
    ledger.begun(begun().keySet());
    long offset = tracker.commit().offset();
    boolean isSettledTold = settled.isEmpty() && offset == committed.offset();
    Promise.SETTLED_IS_TOLD.keep(isSettledTold, settled, offset, committed);
  }

  /** Takes the next record, unless there is none or no room. */
  boolean poll(boolean isCurrent, boolean tellsPosition) {
    OptionalLong next = log.next(position);
    if (next.isEmpty()) {
      position = Math.max(position, log.end());
      tracker.reached(position);
      return false;
    }
    long offset = next.getAsLong();
    if (tracker.isDone(offset)) {
      if (isCurrent) {
        ledger.passedOver(offset);
      }
    } else {
      if (!tracker.hasRoom()) {
        Promise.ROOM.keep(!hand.isEmpty(), offset);
        return false;
      }
      take(offset, isCurrent);
    }
    position = offset + 1;
    if (tellsPosition) {
      tracker.reached(position);
    }
    return true;
  }

  private void take(long offset, boolean isCurrent) {
    tracker.take(offset);
    hand.put(offset, Phase.HELD);
    if (isCurrent) {
      ledger.handedOver(offset);
    }
    int told = tracker.crashes(offset);
    int had = crashes.getOrDefault(offset, 0);
    Promise.TRUE_CRASHES.keep(told == had, offset, told, "in truth", had);
  }

  private OptionalLong any(Random random) {
    return hand.isEmpty()
        ? OptionalLong.empty()
        : hand.keySet().stream().skip(random.nextInt(hand.size())).mapToLong(o -> o).findFirst();
  }

  void begin(Random random) {
    any(random)
        .ifPresent(
            offset -> {
              if (hand.get(offset) == Phase.HELD) {
                tracker.begin(offset);
                hand.put(offset, Phase.BEGINNING);
              }
            });
  }

  /** Defers in place, or ends a lease. */
  void release(Random random) {
    any(random)
        .ifPresent(
            offset -> {
              tracker.release(offset);
              hand.put(offset, Phase.HELD);
            });
  }

  /** Settles what runs, or what was never begun. */
  void settle(Random random) {
    any(random)
        .ifPresent(
            offset -> {
              if (hand.get(offset) != Phase.BEGINNING) {
                tracker.done(offset);
                hand.remove(offset);
                settled.add(offset);
              }
            });
  }

  CommitRequest commit() {
    return request(tracker.commit(), begun());
  }

  /** Which record, which attempt of it. */
  private Map<Long, Integer> begun() {
    Map<Long, Integer> begun = new TreeMap<>();
    hand.forEach(
        (offset, phase) -> {
          if (phase != Phase.HELD) {
            begun.put(offset, 1 + tracker.crashes(offset));
          }
        });
    return begun;
  }

  CommitRequest handOver() {
    return request(tracker.handOver(), Map.of());
  }

  private CommitRequest request(Commit commit, Map<Long, Integer> begun) {
    Promise.BOUND.keep(commit.metadata().length() <= metadataMax, commit);
    List<Long> fresh = List.copyOf(settled);
    settled.clear();
    return new CommitRequest(owner, generation, commit, fresh, begun, crashes);
  }

  /** A commit was accepted: what it began runs, unless it was released meanwhile. */
  void accepted(CommitRequest request) {
    for (long offset : request.begun().keySet()) {
      hand.computeIfPresent(
          offset, (at, phase) -> phase == Phase.BEGINNING ? Phase.RUNNING : phase);
    }
  }
}
