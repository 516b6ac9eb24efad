// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.SendRefusedException;
import dev.redrive.TransportException;
import dev.redrive.spi.PublishResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * What became of a batch that is sent, which is known message by message. It has failed if one of
 * them may or may not be stored. Thread-safe.
 */
final class Results {
  private final PublishResult[] results;
  private final CompletableFuture<List<PublishResult>> stage = new CompletableFuture<>();
  // Each result is written before this counts it, and read when it has counted all.
  private final AtomicInteger missing;
  private volatile @Nullable TransportException unknown;

  Results(int count) {
    results = new PublishResult[count];
    missing = new AtomicInteger(count);
    if (count == 0) {
      stage.complete(List.of());
    }
  }

  CompletionStage<List<PublishResult>> stage() {
    return stage;
  }

  /**
   * The answer to one of the batch; each is given once.
   *
   * @param failure why it was not stored, or null if it was
   */
  void answer(int index, @Nullable Exception failure) {
    results[index] = PublishResult.Accepted.INSTANCE;
    if (failure instanceof RecordTooLargeException) {
      results[index] =
          new PublishResult.Refused(
              SendRefusedException.Cause.INVALID,
              "it is larger than the topic takes, see max.message.bytes: " + failure.getMessage());
    } else if (failure != null) {
      unknown = new TransportException("Kafka did not store it: " + failure.getMessage(), failure);
    }
    if (missing.decrementAndGet() == 0) {
      complete();
    }
  }

  private void complete() {
    TransportException failure = unknown;
    if (failure == null) {
      stage.complete(List.of(results));
    } else {
      stage.completeExceptionally(failure);
    }
  }
}
