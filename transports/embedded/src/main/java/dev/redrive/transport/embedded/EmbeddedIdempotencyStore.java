// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Idempotency keys beside the messages, in the same batches. What is done is on the disk when its
 * stage completes; what is held survives the process, so that after a crash nobody takes the key
 * before its lease has run out, for what the last holder set going outside may still go on.
 *
 * <p>Its bound is the disk. Where there is no room for new messages, keys are still begun, as
 * attempts are: what waits must be handled for there to be room again.
 */
final class EmbeddedIdempotencyStore implements IdempotencyStore {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedIdempotencyStore.class);
  private static final int FIXED_WEIGHT = 160;
  private static final int SWEPT_AT_ONCE = 1_000;

  private final Services services;
  private final KeyShelf shelf;

  EmbeddedIdempotencyStore(Services services) {
    this.services = services;
    this.shelf = new KeyShelf(services.store(), services.timers());
  }

  @Override
  public CompletionStage<Begun> begin(String key, Duration lease) {
    return change(false, key, 0, batch -> begun(batch, key, lease));
  }

  private Begun begun(Batch batch, String key, Duration lease) throws RocksDBException {
    Optional<KeyRecord> known = shelf.find(batch, key);
    if (known.isEmpty()) {
      String owner = Long.toString(services.sequence().take());
      shelf.hold(batch, key, owner, lease);
      return new Begun.New(owner);
    }
    KeyRecord record = known.get();
    return record.isDone()
        ? new Begun.Done(record.result())
        : new Begun.Busy(shelf.leaseLeft(record, batch.now()));
  }

  @Override
  public CompletionStage<Boolean> renew(String key, String owner, Duration lease) {
    return change(
        false,
        key,
        0,
        batch -> {
          boolean isHeld = isHeld(batch, key, owner);
          if (isHeld) {
            shelf.hold(batch, key, owner, lease);
          }
          return isHeld;
        });
  }

  @Override
  public CompletionStage<Boolean> complete(String key, String owner, byte[] result, Duration ttl) {
    return change(
        true,
        key,
        result.length,
        batch -> {
          Optional<KeyRecord> known = shelf.find(batch, key);
          if (known.isEmpty() || known.get().isHeldBy(owner)) {
            shelf.done(batch, key, owner, result, ttl);
            return true;
          }
          return known.get().owner().equals(owner);
        });
  }

  @Override
  public CompletionStage<Boolean> release(String key, String owner) {
    return change(
        false,
        key,
        0,
        batch -> {
          boolean isHeld = isHeld(batch, key, owner);
          if (isHeld) {
            shelf.free(batch, key, owner);
          }
          return isHeld;
        });
  }

  private boolean isHeld(Batch batch, String key, String owner) throws RocksDBException {
    return shelf.find(batch, key).filter(record -> record.isHeldBy(owner)).isPresent();
  }

  /** How many leases of this process it remembers the end of, for tests. */
  CompletionStage<Integer> leaseCount() {
    return change(false, "", 0, batch -> shelf.leaseCount());
  }

  private <R> CompletionStage<R> change(
      boolean isEnd, String key, int bytes, RareChange.Writes<R> writes) {
    KeyChange<R> change = new KeyChange<>(isEnd, FIXED_WEIGHT + 4 * key.length() + bytes, writes);
    services.committer().submit(change);
    return change.result();
  }

  /** Forgets what is over. Reads; goes on by itself until nothing is left of it. */
  void sweep() {
    sweepFrom(Keys.idempotencyEnd(0, ""));
  }

  // What is over by the wall clock may still be held by the clock that cannot be set, and stays:
  // so each lot begins where the last one ended, not at the front again.
  private void sweepFrom(byte[] first) {
    long now = services.clock().millis();
    List<byte[]> over = new ArrayList<>();
    Optional<byte[]> next = Optional.empty();
    try (Cursor cursor =
        services.store().scan(Family.IDEMPOTENCY_ENDS, first, Keys.idempotencyEnd(now, ""))) {
      for (; cursor.isValid() && over.size() < SWEPT_AT_ONCE; cursor.next()) {
        over.add(cursor.key());
      }
      if (cursor.isValid()) {
        next = Optional.of(cursor.key());
      }
    }
    if (!over.isEmpty()) {
      sweep(over, next);
    }
  }

  private void sweep(List<byte[]> over, Optional<byte[]> next) {
    KeyChange<Boolean> change =
        new KeyChange<>(
            false,
            over.size() * FIXED_WEIGHT,
            batch -> {
              for (byte[] end : over) {
                shelf.sweep(batch, Keys.idempotencyEnd(end), Keys.idempotencyOfEnd(end));
              }
              return true;
            });
    services.committer().submit(change);
    CompletionStage<Boolean> swept = change.result();
    swept.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            LOG.warn("Idempotency keys were not swept: {}", failure.getMessage());
          } else {
            next.ifPresent(this::sweepOn);
          }
        });
  }

  private void sweepOn(byte[] next) {
    CompletionStage<Boolean> rest =
        services
            .reading()
            .read(
                () -> {
                  sweepFrom(next);
                  return true;
                });
    rest.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            LOG.info("The rest of the idempotency keys is swept later: {}", failure.getMessage());
          }
        });
  }
}
