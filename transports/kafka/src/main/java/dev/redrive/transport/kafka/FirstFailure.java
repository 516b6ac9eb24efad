// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.jspecify.annotations.Nullable;

/**
 * Which record of a transaction failed first. With it the client ends the transaction, and what had
 * not been sent by then fails as well, with the very same exception: of these, none is to blame.
 * That is so of failures that are a record's own; of others, nobody knows whose they are.
 * Thread-safe.
 */
final class FirstFailure {
  private final AtomicReference<@Nullable Failed> first = new AtomicReference<>();
  private final Predicate<Exception> counts;

  private record Failed(int index, Exception failure) {}

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
      first.compareAndSet(null, new Failed(index, failure));
    }
  }

  /** What this one failed with, if it was the first. */
  Optional<Exception> failure(int index) {
    return Optional.ofNullable(first.get())
        .filter(failed -> failed.index() == index)
        .map(Failed::failure);
  }

  /** A record's failure as its own, or as that of another; as it is, if none that counts failed. */
  Optional<Exception> own(int index, Optional<Exception> failure) {
    boolean isOthers = first.get() != null && failure(index).isEmpty();
    return failure.map(
        each -> isOthers ? new TransactionAbortedException("another copy failed", each) : each);
  }
}
