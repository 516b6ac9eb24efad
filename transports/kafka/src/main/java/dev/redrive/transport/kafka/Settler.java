// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.transport.kafka.KafkaLease.State;
import dev.redrive.transport.kafka.Settling.Kind;
import dev.redrive.transport.kafka.Transactions.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what is settled durable: by commits of the group, and, where a message goes somewhere else,
 * by transactions of copies and commits. What gathers while one commit is on its way is the next
 * one. Used by the queue's thread alone.
 *
 * <p>A commit says all that is known of a partition, and replaces the one before, so that the next
 * one makes up for one that had no answer. With a transaction it is different: nobody knows then
 * whether the copies count. What is known of its partitions is thrown away, and read again from the
 * broker, which tells when it is decided. All that was leased of them comes again, unless it was
 * settled.
 *
 * <p>A crash before the commit is accepted: the message comes again, and its copy never counts. A
 * crash after that: it is settled. There is nothing in between.
 */
final class Settler {
  private static final Logger log = LoggerFactory.getLogger(Settler.class);
  private static final int COPIES_MAX = 1_000;
  private static final int COPY_TRIES = 3;
  private static final long COMMIT_AGAIN_NANOS = 200_000_000;
  private static final int NOBODY = -1;
  private static final long NEWS_NANOS = 1_000_000_000;

  private final Consumption consumption;
  private final Transactions transactions;
  private final Copies copies;
  private final boolean marksAttempts;
  private final long patienceNanos;
  private final Consumer<Settlement> counter;

  private List<Settling> plain = new ArrayList<>();
  private List<Settling> moving = new ArrayList<>();
  // Stored in a transaction that is not committed yet.
  private List<Settling> copied = List.of();
  private final Set<Holding> owed = new LinkedHashSet<>();
  private boolean isCopying;
  private boolean isCommitting;
  private boolean isInOneGo;
  // A commit that had no answer is not made again before this time of Timers.nanoTime.
  private long notBefore;
  // What nobody waits for is committed from this time on.
  private long newsFrom;
  // Answers to what an earlier member asked are not for the present one.
  private int membership;
  // What a commit that is on its way says, and when it is overdue.
  private List<Settling> asked = List.of();
  private int askedBy = NOBODY;
  private long overdueFrom;

  /** Makes the settler of a queue. */
  interface Factory {
    Settler settler(Consumption consumption);
  }

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
    this.transactions = transactions;
    this.copies = copies;
    this.marksAttempts = config.attemptMarks();
    this.patienceNanos = config.requestTime().toNanos();
    this.newsFrom = consumption.now();
    this.notBefore = newsFrom;
    this.counter = counter;
  }

  /** The attempts of these messages begin. */
  CompletionStage<List<Settled>> begin(KafkaSubscription by, List<Lease> leases) {
    Answers answers = new Answers(leases.size());
    for (int i = 0; i < leases.size(); i++) {
      Optional<KafkaLease> held = consumption.held(by, leases.get(i));
      if (held.isEmpty()) {
        answers.set(i, Settled.STALE);
      } else if (!marksAttempts) {
        answers.set(i, Settled.DONE);
      } else {
        plain.add(Settling.beginning(held.get(), answers, i));
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
      (settling.kind() == Kind.MOVE ? moving : plain).add(settling);
    }
    return answers.stage();
  }

  /** Sends a message that came too early to the ladder again; nobody waits for that. */
  void postpone(KafkaLease lease) {
    lease.holding().isBusy();
    lease.state(State.SETTLING);
    Settlement later = new Settlement.Defer(lease, lease.dueAt());
    moving.add(Settling.of(lease, later, Instant.MIN, new Answers(1), 0));
  }

  /** While true, what is to be committed is committed before {@link #goOn} returns. */
  void inOneGo(boolean isSo) {
    isInOneGo = isSo;
  }

  /** Whether something is not settled yet. */
  boolean isBusy() {
    return isCopying || isCommitting || !plain.isEmpty() || !moving.isEmpty() || !owed.isEmpty();
  }

  /** Begins what can be begun. */
  void goOn() {
    if (consumption.member().isEmpty()) {
      plain = present(plain);
      moving = present(moving);
      return;
    }
    if (!isCopying && !moving.isEmpty()) {
      copy();
    }
    if (isOverdue()) {
      giveUpWaiting();
    }
    if (!isCommitting && consumption.now() - notBefore >= 0) {
      if (!copied.isEmpty()) {
        commitCopied(consumption.member().get());
      } else if (!plain.isEmpty() || !owed.isEmpty() || hasNews(consumption.member().get())) {
        commitPlain(consumption.member().get());
      }
    }
  }

  // Crashes that were found at the beginning, and where a log goes on behind what is no message.
  private boolean hasNews(Member member) {
    return consumption.now() - newsFrom >= 0
        && member.holdings().stream().anyMatch(holding -> holding.progress().isDirty());
  }

  /**
   * Whether a commit has had no answer for so long that nobody waits for it any more. The client
   * keeps it until it has found the group's coordinator, so that no other is made meanwhile.
   */
  boolean isOverdue() {
    return isCommitting && membership == askedBy && consumption.now() - overdueFrom >= 0;
  }

  // It stays marked, and is part of the next commit.
  private void giveUpWaiting() {
    List<Settling> unanswered = new ArrayList<>(asked);
    unanswered.addAll(marked());
    asked = List.of();
    for (Settling settling : unanswered) {
      owed.add(settling.lease().holding());
      noAnswer(settling);
    }
  }

  /** The member has left its group, and all its leases are lost. */
  void memberIsGone() {
    membership++;
    owed.clear();
    asked.forEach(settling -> settling.answer(Settled.UNKNOWN));
    asked = List.of();
    if (askedBy != NOBODY) {
      askedBy = NOBODY;
      isCommitting = false;
    }
    goOn();
  }

  private void copy() {
    int count = Math.min(COPIES_MAX, moving.size());
    List<Settling> next = present(moving.subList(0, count));
    moving = new ArrayList<>(moving.subList(count, moving.size()));
    List<Settling> batch = new ArrayList<>(next.size());
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(next.size());
    for (Settling settling : next) {
      try {
        records.add(copies.of(settling));
        batch.add(settling);
      } catch (RuntimeException malformed) {
        notStored(settling, Optional.of(malformed));
      }
    }
    if (!batch.isEmpty()) {
      isCopying = true;
      transactions.copy(records, failures -> consumption.execute(() -> stored(batch, failures)));
    }
  }

  /** Those whose partitions are here still; the others have lost their leases. */
  private static List<Settling> present(List<Settling> batch) {
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

  private void stored(List<Settling> batch, List<Optional<Exception>> failures) {
    if (failures.stream().allMatch(Optional::isEmpty)) {
      copied = batch;
      return;
    }
    isCopying = false;
    for (int i = 0; i < batch.size(); i++) {
      notStored(batch.get(i), failures.get(i));
    }
  }

  private void notStored(Settling settling, Optional<Exception> failure) {
    if (settling.isLost()) {
      settling.answer(Settled.STALE);
    } else if (failure.isPresent() && copies.cannotBe(settling, failure.get())) {
      moving.add(copies.buried(settling, failure.get()));
    } else if (settling.triedAgain() < COPY_TRIES) {
      moving.add(settling);
    } else {
      log.warn(
          "message {} could not be moved and comes again: {}",
          settling.lease().content().id(),
          failure.map(Exception::toString).orElse("others beside it could not"));
      settling.answer(Settled.UNKNOWN);
      comesAgain(settling.lease());
    }
  }

  private void comesAgain(KafkaLease lease) {
    consumption.hand().add(lease.holding().takeAgain(lease));
  }

  private void commitCopied(Member member) {
    List<Settling> batch = copied;
    copied = List.of();
    List<Settling> present = batch.stream().filter(settling -> !settling.isLost()).toList();
    isCommitting = true;
    if (present.size() < batch.size()) {
      // A copy of a message that somebody else has now must not count.
      transactions.abort(() -> consumption.execute(() -> takenBack(batch)));
      return;
    }
    List<Settling> all = new ArrayList<>(present);
    all.addAll(marked());
    present.forEach(Settling::mark);
    Map<TopicPartition, OffsetAndMetadata> commits = member.commits(owed);
    Set<Holding> holdings = holdings(commits, member);
    transactions.commit(
        commits,
        member.membership(),
        outcome -> consumption.execute(() -> committed(all, holdings, outcome)));
  }

  private void takenBack(List<Settling> batch) {
    isCommitting = false;
    isCopying = false;
    batch.forEach(settling -> notStored(settling, Optional.empty()));
  }

  /** Marks all that needs no copy; what cannot be marked is answered. */
  private List<Settling> marked() {
    List<Settling> marked = present(plain);
    plain = new ArrayList<>();
    marked.forEach(Settling::mark);
    return marked;
  }

  private static Set<Holding> holdings(
      Map<TopicPartition, OffsetAndMetadata> commits, Member member) {
    Set<Holding> holdings = new LinkedHashSet<>();
    member.holdings().stream()
        .filter(holding -> commits.containsKey(holding.partition()))
        .forEach(holdings::add);
    return holdings;
  }

  private void committed(List<Settling> batch, Set<Holding> holdings, Outcome outcome) {
    isCommitting = false;
    isCopying = false;
    if (outcome == Outcome.COMMITTED) {
      succeeded(batch, holdings);
      return;
    }
    Settled answer = outcome == Outcome.UNKNOWN ? Settled.UNKNOWN : Settled.STALE;
    startAnew(batch, holdings, answer);
  }

  private void succeeded(List<Settling> batch, Set<Holding> holdings) {
    // Of what was marked since, the next commit tells.
    owed.removeIf(
        holding ->
            holdings.contains(holding) && !(holding.isLoaded() && holding.progress().isDirty()));
    for (Settling settling : batch) {
      if (settling.isLost()) {
        // It was accepted before the partition went to somebody else.
        settling.answer(Settled.DONE);
      } else {
        settle(settling);
      }
    }
  }

  private void settle(Settling settling) {
    KafkaLease lease = settling.lease();
    if (settling.kind() == Kind.BACK) {
      comesAgain(lease);
    } else if (settling.kind() != Kind.BEGIN) {
      lease.holding().settled(lease);
    }
    settling.settlement().ifPresent(counter);
    settling.answer(Settled.DONE);
  }

  /** The broker knows better than what is known here, of these partitions. */
  private void startAnew(List<Settling> batch, Set<Holding> holdings, Settled answer) {
    owed.removeAll(holdings);
    batch.forEach(settling -> settling.answer(answer));
    consumption.gone(List.copyOf(holdings));
  }

  private void commitPlain(Member member) {
    List<Settling> batch = marked();
    Map<TopicPartition, OffsetAndMetadata> commits = member.commits(owed);
    Set<Holding> holdings = holdings(commits, member);
    if (commits.isEmpty()) {
      owed.clear();
      succeeded(batch, holdings);
      return;
    }
    isCommitting = true;
    newsFrom = consumption.now() + NEWS_NANOS;
    asked = batch;
    askedBy = membership;
    overdueFrom = consumption.now() + patienceNanos;
    int by = membership;
    if (isInOneGo) {
      answered(batch, holdings, committedNow(member, commits));
    } else {
      member.commit(
          commits,
          (done, failure) -> {
            if (by == membership) {
              answered(asked, holdings, failure);
            }
          });
    }
  }

  private static @Nullable Exception committedNow(
      Member member, Map<TopicPartition, OffsetAndMetadata> commits) {
    try {
      member.commitNow(commits);
      return null;
    } catch (KafkaException failure) {
      return failure;
    }
  }

  private void answered(List<Settling> batch, Set<Holding> holdings, @Nullable Exception failure) {
    isCommitting = false;
    askedBy = NOBODY;
    asked = List.of();
    if (failure == null) {
      succeeded(batch, holdings);
    } else if (failure instanceof RetriableCommitFailedException
        || failure instanceof RetriableException) {
      // What was begun and settled stays so here, and is part of the next commit.
      log.debug("a commit had no answer", failure);
      owed.addAll(holdings);
      notBefore = consumption.now() + COMMIT_AGAIN_NANOS;
      batch.forEach(this::noAnswer);
    } else {
      log.warn("a commit was refused; what was leased comes again: {}", failure.toString());
      startAnew(batch, holdings, Settled.STALE);
    }
  }

  private void noAnswer(Settling settling) {
    KafkaLease lease = settling.lease();
    settling.answer(Settled.UNKNOWN);
    if (settling.isLost() || settling.kind() == Kind.BEGIN) {
      return;
    }
    if (settling.kind() == Kind.BACK) {
      comesAgain(lease);
    } else {
      lease.holding().settled(lease);
    }
  }
}
