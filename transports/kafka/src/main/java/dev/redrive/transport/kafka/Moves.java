// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import dev.redrive.transport.kafka.Transactions.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settlements by which a message goes somewhere else, a transaction a batch: copies are stored
 * while other commits go on; then one commit joins them, and all of it counts, or nothing does.
 * Used by the queue's thread alone.
 *
 * <p>Until the transaction is decided, its originals are marked as done here and perhaps not at the
 * broker: a partition that is given away meanwhile must not be committed by other means, or its
 * copies could be taken back when their originals are gone.
 */
final class Moves {
  private static final Logger log = LoggerFactory.getLogger(Moves.class);
  private static final int BATCH_MAX = 1_000;
  private static final long BATCH_BYTES_MAX = 16L * 1_024 * 1_024;
  private static final int TRIES = 3;

  private final Consumption consumption;
  private final Transactions transactions;
  private final Copies copies;
  private final Settler settler;

  /**
   * A settlement whose records are stored.
   *
   * @param recordCount how many
   */
  private record Stored(Settling settling, int recordCount) {}

  private List<Settling> waiting = new ArrayList<>();
  private Step step = Step.NONE;
  private List<Settling> copied = List.of();
  private Set<Holding> undecided = Set.of();
  // Halved while copies fail, so that one that cannot be stored does not take others with it.
  private int batchMax = BATCH_MAX;

  private enum Step {
    NONE,
    /** Copies are being stored. */
    COPYING,
    /** They are; the commit is still to come. */
    COPIED,
    /** The commit is on its way, or the transaction is being taken back. */
    DECIDING
  }

  Moves(Consumption consumption, Transactions transactions, Copies copies, Settler settler) {
    this.consumption = consumption;
    this.transactions = transactions;
    this.copies = copies;
    this.settler = settler;
  }

  void add(Settling settling) {
    waiting.add(settling);
  }

  boolean isBusy() {
    return step != Step.NONE || !waiting.isEmpty();
  }

  boolean isCopied() {
    return step == Step.COPIED;
  }

  boolean isDeciding() {
    return step == Step.DECIDING;
  }

  /** Whether nobody knows yet if originals in this partition are done. */
  boolean isUndecided(Holding holding) {
    return undecided.contains(holding);
  }

  /** Stores copies of what waits, if none are on their way. */
  void copy() {
    if (step != Step.NONE || waiting.isEmpty()) {
      return;
    }
    List<Stored> batch = new ArrayList<>();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    long bytes = 0;
    List<Settling> all = Settling.present(waiting);
    waiting = new ArrayList<>();
    for (Settling settling : all) {
      if (batch.size() >= batchMax || bytes >= BATCH_BYTES_MAX) {
        waiting.add(settling);
        continue;
      }
      try {
        Copy copy = copies.of(settling);
        settling.stays(copy.spot());
        records.addAll(copy.records());
        batch.add(new Stored(settling, copy.records().size()));
        bytes += settling.lease().content().body().length;
      } catch (RuntimeException malformed) {
        failed(settling, malformed);
      }
    }
    if (!batch.isEmpty()) {
      step = Step.COPYING;
      transactions.copy(
          records, failures -> consumption.thread().tell(() -> stored(batch, failures)));
    }
  }

  private void stored(List<Stored> batch, List<Optional<Exception>> failures) {
    if (failures.stream().allMatch(Optional::isEmpty)) {
      copied = batch.stream().map(Stored::settling).toList();
      step = Step.COPIED;
      if (hasLost()) {
        takeBack();
      }
      return;
    }
    step = Step.NONE;
    batchMax = Math.max(1, batch.size() / 2);
    // Where all have failed in the same way, it may be the fault of one, or of none.
    boolean isOwn =
        batch.size() == 1
            || failures.stream().anyMatch(each -> each.filter(Moves::isOwn).isEmpty());
    int from = 0;
    for (Stored each : batch) {
      List<Optional<Exception>> its = failures.subList(from, from + each.recordCount());
      from += each.recordCount();
      Optional<Exception> failure =
          its.stream().flatMap(Optional::stream).filter(Moves::isOwn).findFirst();
      if (failure.isPresent() && isOwn) {
        failed(each.settling(), failure.get());
      } else {
        again(each.settling());
      }
    }
  }

  private static boolean isOwn(Exception failure) {
    return !(failure instanceof TransactionAbortedException);
  }

  private void again(Settling settling) {
    if (settling.isLost()) {
      settling.answer(Settled.STALE);
    } else {
      waiting.add(settling);
    }
  }

  private void failed(Settling settling, Exception failure) {
    if (settling.isLost()) {
      settling.answer(Settled.STALE);
    } else if (copies.cannotBe(settling, failure)) {
      waiting.add(copies.buried(settling, failure));
    } else if (settling.triedAgain() < TRIES) {
      waiting.add(settling);
    } else {
      log.warn(
          "message {} could not be moved and comes again: {}",
          settling.lease().content().id(),
          failure.toString());
      settler.notMoved(settling);
    }
  }

  /** Whether a copy is of a message that somebody else has now, and so must not count. */
  boolean hasLost() {
    return copied.stream().anyMatch(Settling::isLost);
  }

  /**
   * The commit that decides.
   *
   * @param marked other settlements that it tells of as well
   * @param owed partitions that it must tell of
   */
  void decide(Member member, List<Settling> marked, Set<Holding> owed) {
    List<Settling> all = new ArrayList<>(copied);
    all.addAll(marked);
    copied.forEach(Settling::mark);
    // Their partitions too of which nothing is new: by their commit the broker knows whose they
    // are.
    Set<Holding> told = new LinkedHashSet<>(owed);
    copied.forEach(settling -> told.add(settling.lease().holding()));
    copied = List.of();
    Map<TopicPartition, OffsetAndMetadata> commits = member.commits(told);
    undecided = member.holdings(commits.keySet());
    step = Step.DECIDING;
    transactions.commit(
        commits,
        member.membership(),
        outcome -> consumption.thread().tell(() -> decided(all, outcome)));
  }

  private void decided(List<Settling> batch, Outcome outcome) {
    Set<Holding> holdings = undecided;
    undecided = Set.of();
    step = Step.NONE;
    if (outcome == Outcome.COMMITTED) {
      batchMax = Math.min(BATCH_MAX, 2 * batchMax);
      settler.accepted(batch, holdings);
    } else {
      Settled answer = outcome == Outcome.UNKNOWN ? Settled.UNKNOWN : Settled.STALE;
      settler.startAnew(batch, holdings, answer);
    }
  }

  /** Takes the transaction back; what is still here is moved by the next one. */
  void takeBack() {
    List<Settling> batch = copied;
    copied = List.of();
    step = Step.DECIDING;
    transactions.abort(
        () ->
            consumption
                .thread()
                .tell(
                    () -> {
                      step = Step.NONE;
                      batch.forEach(this::again);
                    }));
  }

  /** The member has left its group, and all leases are lost. */
  void memberIsGone() {
    waiting = Settling.present(waiting);
    if (step == Step.COPIED) {
      takeBack();
    }
  }
}
