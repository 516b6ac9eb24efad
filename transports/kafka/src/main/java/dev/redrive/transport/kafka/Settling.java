// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import dev.redrive.spi.Settlement;
import dev.redrive.transport.kafka.KafkaLease.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The beginning or the settlement of one message on its way. Used by the queue's thread alone. */
final class Settling {

  /** What becomes of the message. */
  enum Kind {
    /** Its attempt begins. */
    BEGIN,
    /** It ends. */
    END,
    /** It is given back as it is. */
    BACK,
    /** A copy goes somewhere else, and it ends, or waits at its place. */
    MOVE,
    /** It waits at its place in line, parked. */
    PARK,
    /** It was dead, and waits at its place again. */
    REPLAY,
    /** It was dead, and leaves its place. */
    PURGE
  }

  private final KafkaLease lease;
  private final Kind kind;
  private final Optional<Settlement> settlement;
  private final Answers answers;
  private final int index;
  private Optional<Lines.Spot> spot = Optional.empty();
  private int tries;

  private Settling(
      KafkaLease lease, Kind kind, Optional<Settlement> settlement, Answers answers, int index) {
    this.lease = lease;
    this.kind = kind;
    this.settlement = settlement;
    this.answers = answers;
    this.index = index;
  }

  static Settling beginning(KafkaLease lease, Answers answers, int index) {
    return new Settling(lease, Kind.BEGIN, Optional.empty(), answers, index);
  }

  static Settling of(
      KafkaLease lease, Settlement settlement, Instant now, Answers answers, int index) {
    return new Settling(lease, kind(settlement, now), Optional.of(settlement), answers, index);
  }

  /** What nobody outside waits for. */
  static Settling within(KafkaLease lease, Kind kind) {
    return new Settling(lease, kind, Optional.empty(), new Answers(1), 0);
  }

  /** The same message, of which something else is to become. */
  Settling instead(Settlement settlement) {
    return new Settling(lease, Kind.MOVE, Optional.of(settlement), answers, index);
  }

  private static Kind kind(Settlement settlement, Instant now) {
    if (settlement instanceof Settlement.Defer defer && !defer.dueAt().isAfter(now)) {
      return Kind.BACK;
    }
    boolean ends = settlement instanceof Settlement.Ack || settlement instanceof Settlement.Discard;
    return ends ? Kind.END : Kind.MOVE;
  }

  KafkaLease lease() {
    return lease;
  }

  Kind kind() {
    return kind;
  }

  Optional<Settlement> settlement() {
    return settlement;
  }

  /** Whether something is to be stored for it, in a transaction. */
  boolean isStored() {
    return switch (kind) {
      case MOVE, PARK, REPLAY, PURGE -> true;
      case BEGIN, END -> lease.isParked();
      case BACK -> lease.isBegun();
    };
  }

  /** What will stand at its place in line. */
  void stays(Optional<Lines.Spot> after) {
    spot = after;
  }

  /** What stands at its place in line when it is settled; empty if nothing does. */
  Optional<Lines.Spot> spot() {
    return spot;
  }

  /** True if the message is not this process's any more, or the lease has ended. */
  boolean isLost() {
    return lease.state() == State.GONE;
  }

  /** Says so where the next commit is made of. */
  void mark() {
    if (lease.isParked()) {
      return;
    }
    Progress progress = lease.holding().progress();
    switch (kind) {
      case BEGIN -> progress.begin(lease.offset());
      case BACK -> progress.release(lease.offset());
      case END, MOVE, PARK, REPLAY, PURGE -> progress.done(lease.offset());
    }
  }

  /** Those whose leases are not lost; the others are answered. */
  static List<Settling> present(List<Settling> batch) {
    List<Settling> present = new ArrayList<>();
    for (Settling settling : batch) {
      if (settling.isLost()) {
        settling.answer(Settled.STALE);
      } else {
        present.add(settling);
      }
    }
    return present;
  }

  /** How often it has been tried by now. */
  int triedAgain() {
    return ++tries;
  }

  void answer(Settled settled) {
    answers.set(index, settled);
  }
}
