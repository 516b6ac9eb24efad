// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives back what the messages that are gone leave behind in one queue. */
final class Sweeper {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  /** Each range deletion slows reading down until it is compacted, so it must be worth it. */
  private static final long REMOVED_MIN = 50_000;

  private static final int WEIGHT = 256;

  private final QueueState queue;
  private final Services services;

  /** The sequence number to come at the last range deletion. Used by the committing thread. */
  private long lastSeq;

  Sweeper(QueueState queue, Services services) {
    this.queue = queue;
    this.services = services;
    this.lastSeq = services.sequence().toCome();
  }

  /** Moves the low-water mark, and forgets ends that are older than the window. Reads. */
  void sweep() {
    boolean isRaised = queue.low().isBefore(queue.firstHeld());
    if (!isRaised && queue.ends().expired(services.clock().millis()).isEmpty()) {
      // An idle queue does not wake the disk.
      return;
    }
    sweep(queue.isOrdered() ? Optional.of(firstToKeep()) : Optional.empty());
  }

  /**
   * As above, knowing what {@link #firstToKeep} said a moment ago; empty if nobody waits in line.
   */
  void sweep(Optional<Place> firstInLine) {
    List<Long> forgotten = new ArrayList<>();
    RareChange<Boolean> change =
        new RareChange<>(
            WEIGHT,
            batch -> {
              forgetEnds(batch, forgotten);
              raiseLow(batch, firstInLine);
              return true;
            },
            () -> {},
            () -> {});
    services.committer().submit(change);
    CompletionStage<Boolean> swept = change.result();
    swept.whenComplete(
        (done, failure) -> {
          if (failure == null) {
            forgotten.forEach(this::dropFiles);
          } else {
            LOG.warn("Queue {} was not swept: {}", queue.name(), failure.getMessage());
          }
        });
  }

  private void raiseLow(Batch batch, Optional<Place> firstInLine) throws RocksDBException {
    batch.touch(queue);
    Place low = queue.firstHeld();
    low = firstInLine.isPresent() ? Place.min(low, firstInLine.get()) : low;
    if (!queue.low().isBefore(low)) {
      return;
    }
    long seq = services.sequence().toCome();
    if (seq - lastSeq >= REMOVED_MIN) {
      lastSeq = seq;
      batch.deleteRange(Family.QUEUE, Keys.start(queue.number()), Keys.place(queue.number(), low));
    }
    batch.low(queue, low);
  }

  private void forgetEnds(Batch batch, List<Long> forgotten) throws RocksDBException {
    Optional<Long> expired = queue.ends().expired(batch.now());
    while (expired.isPresent()) {
      long bucket = expired.get();
      batch.deleteRange(
          Family.ENDS,
          Keys.bucket(queue.number(), bucket),
          Keys.bucket(queue.number(), bucket + 1));
      queue.ends().forget(bucket);
      forgotten.add(bucket);
      expired = queue.ends().expired(batch.now());
    }
  }

  private void dropFiles(long bucket) {
    services
        .store()
        .dropFiles(
            Family.ENDS,
            Keys.bucket(queue.number(), bucket),
            Keys.bucket(queue.number(), bucket + 1));
  }

  /**
   * No message stands before this, nor will one that is put while the store is being searched: that
   * takes long, and whatever comes meanwhile may wait in a line, behind the frontier.
   */
  Place firstToKeep() {
    // In this order: what is put later stands at or after what is held now.
    Place held = queue.firstHeld();
    return Place.min(held, first());
  }

  /** The first message there is; the end of time if there is none. */
  private Place first() {
    try (Cursor cursor =
        services
            .store()
            .scan(
                Family.QUEUE,
                Keys.place(queue.number(), queue.low()),
                Keys.start(queue.number() + 1))) {
      return cursor.isValid()
          ? Keys.place(cursor.key())
          : new Place(Long.MAX_VALUE, Long.MAX_VALUE);
    }
  }
}
