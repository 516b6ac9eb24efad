// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.common.errors.TransactionAbortedException;

/**
 * Which record of a transaction failed first. With it the client ends the transaction, and what had
 * not been sent by then fails as well, with the very same exception: of these, none is to blame.
 * That is so of failures that are a record's own; of others, nobody knows whose they are.
 * Thread-safe.
 */
final class FirstFailure {
  private static final int NONE = -1;

  private final AtomicInteger first = new AtomicInteger(NONE);
  private final Predicate<Exception> counts;

  /**
   * @param counts which failures are looked at
   */
  FirstFailure(Predicate<Exception> counts) {
    this.counts = counts;
  }

  /** What the client is to tell the end of a record. */
  Callback of(int index) {
    return (stored, failure) -> {
      if (failure != null) {
        noteIfItCounts(index, failure);
      }
    };
  }

  /** A record has failed. */
  void noteIfItCounts(int index, Exception failure) {
    if (counts.test(failure)) {
      first.compareAndSet(NONE, index);
    }
  }

  /** Whether it was this one. */
  boolean is(int index) {
    return first.get() == index;
  }

  /** A record's failure as its own, or as that of another; as it is, if none that counts failed. */
  Optional<Exception> own(int index, Optional<Exception> failure) {
    boolean isKnown = first.get() != NONE;
    return failure.map(
        each ->
            isKnown && !is(index)
                ? new TransactionAbortedException("another copy failed", each)
                : each);
  }
}
