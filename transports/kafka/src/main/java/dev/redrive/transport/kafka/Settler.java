// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.transport.kafka.KafkaLease.State;
import dev.redrive.transport.kafka.Settling.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Makes durable what begins and what is settled: by {@link Commits} of the group, and, where a
 * message goes somewhere else, by {@link Moves}. What gathers while one commit is on its way is the
 * next one. Used by the queue's thread alone.
 *
 * <p>An answer that does not come to a commit is made up for by the next one. With a transaction it
 * is different: nobody knows then whether its copies count. What is known of its partitions is
 * thrown away, and read again from the broker, which tells when it is decided. All that was leased
 * of them comes again, unless it was settled.
 *
 * <p>A crash before the commit is accepted: the message comes again, and its copy never counts. A
 * crash after that: it is settled. There is nothing in between.
 */
final class Settler implements Commits.Verdict {
  // For fewer messages a commit of their own is no loss.
  private static final int RESTS_FOR = 16;
  // Nobody waits for the end of an attempt; the beginning of one keeps a handler waiting.
  private static final long ENDS_REST_NANOS = 3_000_000;
  private static final long BEGINS_REST_NANOS = 200_000;

  private final Consumption consumption;
  private final Copies copies;
  private final Commits commits;
  private final Moves moves;
  private final boolean marksAttempts;
  private final Consumer<Settlement> counter;

  private List<Settling> gathered = new ArrayList<>();
  // Ends that had no answer, of messages that others stand behind.
  private List<Settling> doubtful = new ArrayList<>();
  private boolean isBeginGathered;
  private boolean isInOneGo;
  private boolean isResting;

  /**
   * @param counter is told of each settlement that holds
   */
  Settler(
      Consumption consumption,
      Transactions transactions,
      Copies copies,
      KafkaTransportConfig config,
      Consumer<Settlement> counter) {
    this.consumption = consumption;
    this.copies = copies;
    this.commits = new Commits(consumption, this, config.requestTime().toNanos());
    this.moves = new Moves(consumption, transactions, copies, this);
    this.marksAttempts = config.attemptMarks();
    this.counter = counter;
  }

  /** Whether a beginning is to be written down before it counts. Thread-safe. */
  boolean marksAttempts() {
    return marksAttempts;
  }

  /** The attempts of these messages begin, and that is written down. */
  CompletionStage<List<Settled>> begin(KafkaSubscription by, List<Lease> leases) {
    Answers answers = new Answers(leases.size());
    for (int i = 0; i < leases.size(); i++) {
      Optional<KafkaLease> held = consumption.held(by, leases.get(i));
      if (held.isEmpty()) {
        answers.set(i, Settled.STALE);
      } else {
        add(Settling.beginning(held.get(), answers, i));
      }
    }
    return answers.stage();
  }

  /** Settles a list. */
  CompletionStage<List<Settled>> settle(KafkaSubscription by, List<Settlement> batch) {
    Answers answers = new Answers(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      Settlement settlement = batch.get(i);
      Optional<KafkaLease> held = consumption.held(by, settlement.lease());
      if (held.isEmpty()) {
        answers.set(i, Settled.STALE);
        continue;
      }
      consumption.hand().claim(held.get());
      Settling settling = Settling.of(held.get(), settlement, copies.now(), answers, i);
      add(settling);
    }
    return answers.stage();
  }

  private void add(Settling settling) {
    if (settling.isStored()) {
      moves.add(settling);
    } else {
      gathered.add(settling);
      isBeginGathered |= settling.kind() == Kind.BEGIN;
    }
  }

  /** A message that is in hand is to wait at its place in line, parked; nobody waits for that. */
  void park(KafkaLease lease) {
    lease.holding().makeBusy();
    lease.state(State.SETTLING);
    moves.add(Settling.within(lease, Kind.PARK));
  }

  /** One whose attempt has begun is given back, and that does not count. */
  void giveBack(KafkaLease lease) {
    if (lease.state() == State.HELD) {
      consumption.hand().claim(lease);
      moves.add(Settling.within(lease, Kind.PARK));
    } else {
      park(lease);
    }
  }

  /** A person wants this done with a dead message that stands in line. */
  void bringBack(KafkaLease lease, Parked.State wanted) {
    lease.holding().makeBusy();
    lease.state(State.SETTLING);
    Kind kind = wanted == Parked.State.REPLAYED ? Kind.REPLAY : Kind.PURGE;
    moves.add(Settling.within(lease, kind));
  }

  /** Sends a message that came too early to the ladder again; nobody waits for that. */
  void postpone(KafkaLease lease) {
    lease.holding().makeBusy();
    lease.state(State.SETTLING);
    Settlement later = new Settlement.Defer(lease, lease.dueAt());
    moves.add(Settling.of(lease, later, Instant.MIN, new Answers(1), 0));
  }

  /**
   * While true, commits are made and answered before {@link #goOn} returns, so that it needs no
   * poll.
   */
  void inOneGo(boolean isSo) {
    isInOneGo = isSo;
    if (isSo) {
      consumption.member().ifPresent(commits::takeOver);
    }
  }

  /** Whether something is not settled yet. */
  boolean isBusy() {
    return commits.isOut() || moves.isBusy() || !gathered.isEmpty();
  }

  /** Whether a commit is to come or its answer, any moment; that of a transaction is a task. */
  boolean awaitsAnswer() {
    if (commits.isOut()) {
      return !commits.isOverdue();
    }
    return moves.isCopied() || !(gathered.isEmpty() || moves.isDeciding());
  }

  /** Whether nothing is to be done for a moment. */
  boolean isResting() {
    return isResting;
  }

  /**
   * A commit costs the same whether it tells of few or of many, here and at the broker. So the next
   * one waits a little for those that are with their handlers, as long as those are many: what the
   * last commit let run is settled in a moment, if its handlers are brief.
   */
  private boolean rests() {
    long rest = isBeginGathered ? BEGINS_REST_NANOS : ENDS_REST_NANOS;
    return !isInOneGo
        && !moves.isBusy()
        && consumption.hand().heldCount() >= RESTS_FOR
        && commits.isAnsweredSince(consumption.now() - rest);
  }

  /** Begins what can be begun. */
  void goOn() {
    isResting = rests();
    Optional<Member> member = consumption.member();
    if (member.isEmpty()) {
      gathered = Settling.present(gathered);
      moves.memberIsGone();
      return;
    }
    moves.copy();
    if (commits.isOverdue()) {
      commits.giveUpWaiting(marked());
    }
    if (!commits.mayBegin() || moves.isDeciding()) {
      return;
    }
    if (moves.isCopied() && moves.hasLost()) {
      moves.takeBack();
    } else if (moves.isCopied()) {
      moves.decide(member.get(), marked(), commits.owed());
    } else if (!isResting && (!gathered.isEmpty() || commits.hasNews(member.get()))) {
      commits.begin(member.get(), marked(), isInOneGo);
    }
  }

  /** Marks all that needs no copy; what cannot be marked is answered. */
  private List<Settling> marked() {
    List<Settling> marked = Settling.present(gathered);
    gathered = new ArrayList<>();
    isBeginGathered = false;
    marked.forEach(Settling::mark);
    return marked;
  }

  /** A partition of which something must be said at once. */
  void owe(Holding holding) {
    commits.owe(holding);
  }

  /** Whether nobody knows yet if what is marked in this partition counts. */
  boolean isUndecided(Holding holding) {
    return moves.isUndecided(holding);
  }

  /** A transaction counts, and the commit in it. */
  void accepted(List<Settling> batch, Set<Holding> holdings) {
    commits.told(holdings);
    batch.forEach(this::accepted);
  }

  @Override
  public void accepted(Settling settling) {
    if (settling.isLost()) {
      begunBefore(settling);
      // An end was accepted before the partition went to somebody else; a beginning comes too late.
      settling.answer(settling.kind() == Kind.BEGIN ? Settled.STALE : Settled.DONE);
      return;
    }
    end(settling);
    settling.settlement().ifPresent(counter);
    settling.answer(Settled.DONE);
  }

  // Its lease ended meanwhile, and the parked topic tells of the attempt all the same.
  private static void begunBefore(Settling settling) {
    KafkaLease lease = settling.lease();
    if (settling.kind() == Kind.BEGIN && lease.isParked()) {
      lease
          .holding()
          .lines()
          .flatMap(lines -> lines.at(lease.offset()))
          .ifPresent(spot -> spot.lease().hasBegun());
    }
  }

  @Override
  public void noAnswer(Settling settling) {
    settling.answer(Settled.UNKNOWN);
    if (settling.kind() == Kind.END && settling.lease().isInLine()) {
      // Should the process crash now, it comes again: nobody may have been let past it.
      doubtful.add(settling);
    } else if (!settling.isLost()) {
      end(settling);
    }
  }

  @Override
  public void told() {
    List<Settling> all = doubtful;
    doubtful = new ArrayList<>();
    for (Settling settling : all) {
      if (settling.isLost()) {
        continue;
      }
      if (commits.isKnown(settling.lease().holding())) {
        end(settling);
      } else {
        doubtful.add(settling);
      }
    }
  }

  private void end(Settling settling) {
    KafkaLease lease = settling.lease();
    if (settling.kind() == Kind.BEGIN) {
      lease.hasBegun();
    } else if (settling.kind() == Kind.BACK && settling.spot().isEmpty()) {
      consumption.placement().comesAgain(lease);
    } else {
      lease.holding().settled(lease);
      consumption.placement().settled(lease, settling.spot());
    }
  }

  /** It could not be stored: an attempt does not begin, a message comes again. */
  void notMoved(Settling settling) {
    settling.answer(Settled.UNKNOWN);
    KafkaLease lease = settling.lease();
    switch (settling.kind()) {
      case BEGIN -> {
        // It is held still.
      }
      case REPLAY, PURGE -> consumption.parking().tryAgain(lease, settling.kind());
      default -> consumption.placement().comesLater(lease);
    }
  }

  @Override
  public void refused(List<Settling> batch, Set<Holding> holdings) {
    startAnew(batch, holdings, Settled.STALE);
  }

  /** The broker knows better than what is known here, of these partitions. */
  void startAnew(List<Settling> batch, Set<Holding> holdings, Settled answer) {
    batch.forEach(settling -> settling.answer(answer));
    consumption.gone(List.copyOf(holdings));
  }

  /** The member has left its group, and all its leases are lost. */
  void memberIsGone() {
    commits.memberIsGone();
    goOn();
  }
}
