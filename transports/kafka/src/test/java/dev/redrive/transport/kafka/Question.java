// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a client asks of the {@link FakeCluster}, until it has an answer: done, refused, or done
 * with the word of it lost. Thread-safe.
 */
final class Question {
  /** What is asked. */
  enum Call {
    /** A commit that is answered in a later poll. */
    COMMIT,
    /** A commit that is waited for. */
    COMMIT_NOW,
    /** What the group has committed. */
    COMMITTED,
    /** Where a log ends. */
    ENDS,
    /** A producer takes its name. */
    INIT,
    /** A transaction begins. */
    BEGIN,
    /** The copies that were sent. */
    STORE,
    /** A commit joins a transaction. */
    JOIN,
    /** A transaction is to count. */
    END,
    /** A transaction is to be taken back. */
    ABORT
  }

  private final Call call;
  private final Runnable effect;
  private final Consumer<Optional<RuntimeException>> told;
  private boolean isAnswered;
  private Optional<RuntimeException> failure = Optional.empty();

  /**
   * @param effect what becomes of it if the cluster does it; may throw what it is refused with
   * @param told is told the answer
   */
  Question(Call call, Runnable effect, Consumer<Optional<RuntimeException>> told) {
    this.call = call;
    this.effect = effect;
    this.told = told;
  }

  Call call() {
    return call;
  }

  /** The cluster does it, and says so. */
  void accept() {
    answer(done());
  }

  /** The cluster does it, and the client hears this instead. */
  void lose(RuntimeException heard) {
    done();
    answer(Optional.of(heard));
  }

  /** The cluster does not do it. */
  void refuse(RuntimeException why) {
    answer(Optional.of(why));
  }

  private Optional<RuntimeException> done() {
    try {
      effect.run();
      return Optional.empty();
    } catch (RuntimeException refused) {
      return Optional.of(refused);
    }
  }

  private void answer(Optional<RuntimeException> answer) {
    synchronized (this) {
      isAnswered = true;
      failure = answer;
      notifyAll();
    }
    told.accept(answer);
  }

  synchronized boolean isAnswered() {
    return isAnswered;
  }

  /** Waits for the answer, as long as it takes. */
  synchronized void await() {
    try {
      while (!isAnswered) {
        wait();
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
    rethrow();
  }

  /** Throws what it was answered with, if that was no yes. */
  synchronized void rethrow() {
    failure.ifPresent(
        thrown -> {
          throw thrown;
        });
  }
}
