// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commits of a queue that need no transaction, one at a time. Each says all that is known of
 * its partitions, so that the next one makes up for one that had no answer. Used by the queue's
 * thread alone.
 */
final class Commits {
  private static final Logger log = LoggerFactory.getLogger(Commits.class);
  private static final long AGAIN_NANOS = 200_000_000;
  private static final long NEWS_NANOS = 1_000_000_000;

  private final Consumption consumption;
  private final Verdict verdict;
  private final long patienceNanos;
  // Partitions whose last commit had no answer.
  private final Set<Holding> owed = new LinkedHashSet<>();
  // What the commit that is on its way says. An answer counts if it is to the latest question.
  private List<Settling> asked = List.of();
  private Set<Holding> holdings = Set.of();
  private boolean isOut;
  private boolean isAnswered;
  private int question;
  // Times of Timers.nanoTime.
  private long overdueFrom;
  private long notBefore;
  private long newsFrom;
  private long answeredAt;

  /** Is told what became of commits. */
  interface Verdict {
    /** It was accepted. */
    void accepted(Settling settling);

    /** There was no answer; it stays marked, and is part of the next commit. */
    void noAnswer(Settling settling);

    /** It was refused: the broker knows better what these partitions are like. */
    void refused(List<Settling> batch, Set<Holding> holdings);

    /** The broker has taken what had no answer before. */
    void told();
  }

  /**
   * @param patienceNanos how long an answer is waited for
   */
  Commits(Consumption consumption, Verdict verdict, long patienceNanos) {
    this.consumption = consumption;
    this.verdict = verdict;
    this.patienceNanos = patienceNanos;
    this.notBefore = consumption.now();
    this.newsFrom = notBefore;
  }

  /** Whether one is on its way. */
  boolean isOut() {
    return isOut;
  }

  /** Whether a further one may be made now. */
  boolean mayBegin() {
    return !isOut && consumption.now() - notBefore >= 0;
  }

  /** Whether one was accepted after a time. */
  boolean isAnsweredSince(long time) {
    return isAnswered && answeredAt - time > 0;
  }

  /** Whether there is something to say that nobody has asked for, or that had no answer. */
  boolean hasNews(Member member) {
    return !owed.isEmpty() || (consumption.now() - newsFrom >= 0 && isDirty(member));
  }

  // Crashes that were found at the beginning, and where a log goes on behind what is no message.
  private static boolean isDirty(Member member) {
    return member.holdings().stream().anyMatch(holding -> holding.progress().isDirty());
  }

  /** What the group has of a partition is to be replaced, though nobody waits for it. */
  void owe(Holding holding) {
    owed.add(holding);
    // A commit that is on its way still tells of what was before.
    holding.progress().replace();
  }

  Set<Holding> owed() {
    return owed;
  }

  /** Commits what is marked, these among it. */
  void begin(Member member, List<Settling> batch, boolean isInOneGo) {
    Map<TopicPartition, OffsetAndMetadata> commits = member.commits(owed);
    newsFrom = consumption.now() + NEWS_NANOS;
    if (commits.isEmpty()) {
      owed.clear();
      batch.forEach(verdict::accepted);
      return;
    }
    isOut = true;
    asked = batch;
    holdings = member.holdings(commits.keySet());
    overdueFrom = consumption.now() + patienceNanos;
    int number = ++question;
    if (isInOneGo) {
      answered(committedNow(member, commits));
    } else {
      member.commit(
          commits,
          (done, failure) -> {
            if (number == question) {
              answered(failure);
            }
          });
    }
  }

  /** Makes the commit that is on its way again, and waits for its answer. */
  void takeOver(Member member) {
    if (isOut) {
      question++;
      asked = stillHere(asked);
      owed.addAll(holdings);
      Map<TopicPartition, OffsetAndMetadata> commits = member.commits(owed);
      holdings = member.holdings(commits.keySet());
      answered(commits.isEmpty() ? null : committedNow(member, commits));
    }
  }

  /** The others are answered: what was asked for them cannot be asked again. */
  private List<Settling> stillHere(List<Settling> batch) {
    List<Settling> here = new ArrayList<>();
    for (Settling settling : batch) {
      if (settling.isLost()) {
        verdict.noAnswer(settling);
      } else {
        here.add(settling);
      }
    }
    return here;
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

  private void answered(@Nullable Exception failure) {
    List<Settling> batch = asked;
    Set<Holding> told = holdings;
    forget();
    if (failure == null) {
      told(told);
      isAnswered = true;
      answeredAt = consumption.now();
      batch.forEach(verdict::accepted);
    } else if (isNoAnswer(failure)) {
      log.debug("a commit had no answer", failure);
      owed.addAll(told);
      notBefore = consumption.now() + AGAIN_NANOS;
      batch.forEach(verdict::noAnswer);
    } else {
      log.warn("a commit was refused; what was leased comes again: {}", failure.toString());
      owed.removeAll(told);
      verdict.refused(batch, told);
    }
  }

  // While partitions change hands, commits are refused of those as well that stay.
  private static boolean isNoAnswer(Exception failure) {
    return failure instanceof RetriableCommitFailedException
        || failure instanceof RetriableException
        || failure instanceof RebalanceInProgressException
        || failure instanceof StaleMemberEpochException
        || failure instanceof WakeupException;
  }

  /** The broker has what was known of these partitions; what was marked since comes next. */
  void told(Set<Holding> known) {
    owed.removeIf(
        holding ->
            known.contains(holding) && !(holding.isLoaded() && holding.progress().isDirty()));
    verdict.told();
  }

  /** Whether the broker has all that is known of a partition. */
  boolean isKnown(Holding holding) {
    return !owed.contains(holding) && holding.isLoaded() && !holding.progress().isDirty();
  }

  /**
   * Whether a commit has had no answer for so long that nobody waits for it any more. The client
   * keeps it until it has found the group's coordinator, so that no other is made meanwhile.
   */
  boolean isOverdue() {
    return isOut && consumption.now() - overdueFrom >= 0;
  }

  /** Nobody waits any more, for these neither. */
  void giveUpWaiting(List<Settling> marked) {
    List<Settling> unanswered = new ArrayList<>(asked);
    unanswered.addAll(marked);
    asked = List.of();
    for (Settling settling : unanswered) {
      owed.add(settling.lease().holding());
      verdict.noAnswer(settling);
    }
  }

  /** The member has left its group; an answer to what it asked is none any more. */
  void memberIsGone() {
    List<Settling> unanswered = asked;
    forget();
    owed.clear();
    unanswered.forEach(settling -> settling.answer(Settled.UNKNOWN));
  }

  private void forget() {
    question++;
    isOut = false;
    asked = List.of();
    holdings = Set.of();
  }
}
