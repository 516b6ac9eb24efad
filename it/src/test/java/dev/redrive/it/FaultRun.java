// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetter;
import dev.redrive.QueueStats;
import dev.redrive.retry.Reason;
import dev.redrive.testkit.Poll;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Lets faults strike a flow, and sees that its books balance. */
final class FaultRun {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int PROGRESS = 100;

  private final Flow flow;
  private final Accounting books;
  private final Scale scale;

  FaultRun(Flow flow, Scale scale) {
    this.flow = flow;
    this.books = flow.books();
    this.scale = scale;
  }

  /** Lets the fault strike again and again, then the senders end. */
  void strike(String name, Fault fault) {
    SplittableRandom random = new SplittableRandom(flow.plan().seed());
    int share = scale.messages() / (scale.faults() + 1);
    flow.start();
    for (int i = 1; i <= scale.faults(); i++) {
      // The last third of each share is sent after the fault at the latest.
      awaitAcknowledged(i * share - random.nextInt(share / 3));
      try {
        fault.strike(random);
      } finally {
        fault.heal();
      }
      awaitProgress(name);
    }
    awaitAcknowledged(scale.messages());
    flow.end();
  }

  private void awaitAcknowledged(int count) {
    Poll.until(
        count + " messages to be acknowledged", BOUND, () -> books.acknowledgedCount() >= count);
  }

  private void awaitProgress(String name) {
    int sent = books.acknowledgedCount() + PROGRESS;
    int settled = books.settledCount() + PROGRESS;
    Poll.until(
        "messages to flow again after " + name,
        BOUND,
        () -> books.acknowledgedCount() >= sent && books.settledCount() >= settled);
  }

  /** Waits until all that was acknowledged is done. */
  void awaitDone() {
    Poll.until("all that was acknowledged to be done", BOUND, books::isDone);
  }

  Audit audit() {
    return new Audit(books);
  }

  /** Fails unless the dead letters are those that the plan says, and nothing else is left. */
  void verifyRest(Audit audit) {
    List<DeadLetter> letters = Letters.of(flow.queue());
    Set<String> ids = new HashSet<>();
    for (DeadLetter letter : letters) {
      ids.add(letter.id());
      // Of one that a crash cut off at its last attempt, the plan knows nothing.
      boolean isCutOff =
          letter.reason() == Reason.CRASHED && letter.attempts() >= FlowPlan.ATTEMPTS;
      assertThat(flow.plan().dies(letter.id(), letter.attempts()) || isCutOff)
          .as("the death of %s after attempt %d", letter.id(), letter.attempts())
          .isTrue();
    }
    assertThat(letters.size() - ids.size()).as("double letters").isLessThanOrEqualTo(audit.bound());
    books
        .accounts()
        .forEach(
            (id, account) -> {
              // After a crash that counts, a later attempt than the planned one may have been the
              // last.
              int last = books.plan().end(id).attempts();
              boolean isAsPlanned = !account.hasReturned(last + 1);
              if (account.isAcknowledged() && isAsPlanned && books.plan().end(id).isDead()) {
                assertThat(ids).as("dead letters").contains(id);
              }
            });
    QueueStats stats = flow.queue().stats().toCompletableFuture().join();
    assertThat(stats.waiting()).as("waiting, as the engine counts").isZero();
    assertThat(stats.dead()).as("dead, as the engine counts").isEqualTo(letters.size());
    flow.verify();
  }
}
