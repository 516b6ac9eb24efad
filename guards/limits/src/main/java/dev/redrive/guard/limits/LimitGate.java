// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.Gate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A limit of a queue, or of each value of a trait. Thread-safe: one lock guards its limits and all
 * that they have, and nothing is called under it but the clock.
 */
final class LimitGate implements Gate {
  // In hand and on the way back, for all limits of a gate: some megabytes at most.
  private static final int WAITING_MAX = 10_000;

  private final String name;
  private final String why;
  private final Optional<Trait> each;
  private final Trait fairBy;
  private final GateTime time;
  private final Object lock = new Object();
  // Guarded by the lock.
  private final Room room = new Room(WAITING_MAX);
  private final LimitTable limits;

  /**
   * Makes one.
   *
   * @param each has a limit of its own; empty for one limit of the queue
   * @param fairBy between whom that one is fair
   * @param supplies makes what a limit has to give
   */
  LimitGate(
      String name,
      Optional<Trait> each,
      Trait fairBy,
      int limitsMax,
      Supplier<Supply> supplies,
      GateTime time) {
    this.name = name;
    this.why = "waits for its turn: " + name;
    this.each = each;
    this.fairBy = fairBy;
    this.time = time;
    this.limits = new LimitTable(this, limitsMax, supplies);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Answer ask(Candidate candidate) {
    Optional<String> own = each.flatMap(trait -> trait.of(candidate));
    if (each.isPresent() && own.isEmpty()) {
      return new Answer.Pass(Permit.NONE);
    }
    String label = fairBy.of(candidate).orElse("");
    synchronized (lock) {
      long now = now();
      return limits.of(own.orElse(""), now).ask(candidate, label, now);
    }
  }

  @Override
  public GateStatus status() {
    synchronized (lock) {
      boolean isLimiting = room.taken() > 0;
      return new GateStatus(
          isLimiting ? GateStatus.State.LIMITING : GateStatus.State.PASSING,
          (isLimiting ? room.taken() + " wait" : "") + limits.detail());
    }
  }

  Answer waits(long nanos) {
    return new Answer.Wait(Duration.ofNanos(nanos), why, Answer.Reach.MESSAGE);
  }

  Object lock() {
    return lock;
  }

  Room room() {
    return room;
  }

  long now() {
    return time.nanos().getAsLong();
  }
}
