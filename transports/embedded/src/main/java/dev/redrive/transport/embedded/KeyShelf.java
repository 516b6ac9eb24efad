// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The idempotency keys as the committing thread sees them, which alone uses this: what stands in
 * the store, and over it what the present batch has changed.
 *
 * <p>A key that was done is forgotten by the wall clock, for it is kept longer than a process
 * lives. A lease that this process gave ends by the clock that cannot be set, so that two owners
 * never hold a key because somebody sets the time; one of an earlier process ends by the wall
 * clock.
 */
final class KeyShelf {
  private static final Logger LOG = LoggerFactory.getLogger(KeyShelf.class);

  private static final byte[] NOTHING = {};

  private final Store store;
  private final Timers timers;

  /**
   * What this batch has changed; what one before has changed stands in the store, or never will.
   */
  private final Map<String, Optional<KeyRecord>> changed = new HashMap<>();

  private long round;

  /** When leases of this process end, as {@link Timers#nanoTime}, by owner. */
  private final Map<String, Long> leaseEnds = new HashMap<>();

  KeyShelf(Store store, Timers timers) {
    this.store = store;
    this.timers = timers;
  }

  /** What is known of the key now. */
  Optional<KeyRecord> find(Batch batch, String key) throws RocksDBException {
    return stored(batch, key).filter(record -> !isOver(record, batch.now()));
  }

  /** As above, of what is over as well. */
  private Optional<KeyRecord> stored(Batch batch, String key) throws RocksDBException {
    if (round != batch.round()) {
      round = batch.round();
      changed.clear();
    }
    Optional<KeyRecord> known = changed.get(key);
    if (known != null) {
      return known;
    }
    byte[] stands = Keys.idempotency(key);
    Optional<byte[]> value = store.get(Family.IDEMPOTENCY, stands);
    try {
      return value.map(bytes -> KeyRecord.decode(stands, bytes));
    } catch (CorruptRecordException e) {
      // Whether it was done nobody can tell: better once too often than never.
      LOG.error("Idempotency key {} is damaged and counts as free: {}", key, e.getMessage());
      batch.put(Family.QUARANTINE, stands, value.orElseThrow());
      return Optional.empty();
    }
  }

  private boolean isOver(KeyRecord record, long now) {
    Long leaseEnd = record.isDone() ? null : leaseEnds.get(record.owner());
    return leaseEnd == null ? record.end() <= now : timers.nanoTime() - leaseEnd >= 0;
  }

  /** How much of this key's lease is left, more than zero. */
  Duration leaseLeft(KeyRecord record, long now) {
    Long leaseEnd = leaseEnds.get(record.owner());
    Duration left =
        leaseEnd == null
            ? Duration.ofMillis(record.end() - now)
            : Duration.ofNanos(leaseEnd - timers.nanoTime());
    return left.isNegative() || left.isZero() ? Duration.ofMillis(1) : left;
  }

  /** The owner holds it for this long from now. */
  void hold(Batch batch, String key, String owner, Duration lease) throws RocksDBException {
    put(batch, key, KeyRecord.held(owner, Times.later(batch.now(), lease)));
    leaseEnds.put(owner, timers.nanoTimeAfter(lease));
  }

  /** The owner has done it. */
  void done(Batch batch, String key, String owner, byte[] result, Duration ttl)
      throws RocksDBException {
    put(batch, key, new KeyRecord(owner, true, Times.later(batch.now(), ttl), result));
    leaseEnds.remove(owner);
  }

  private void put(Batch batch, String key, KeyRecord record) throws RocksDBException {
    takeEndOut(batch, key)
        .filter(before -> !before.owner().equals(record.owner()))
        .ifPresent(before -> leaseEnds.remove(before.owner()));
    byte[] stands = Keys.idempotency(key);
    batch.put(Family.IDEMPOTENCY, stands, record.encode(stands));
    batch.put(Family.IDEMPOTENCY_ENDS, Keys.idempotencyEnd(record.end(), key), NOTHING);
    // Last: a change that fails half-way has changed nothing.
    changed.put(key, Optional.of(record));
  }

  /** The key is free, which this owner had. */
  void free(Batch batch, String key, String owner) throws RocksDBException {
    takeEndOut(batch, key);
    batch.delete(Family.IDEMPOTENCY, Keys.idempotency(key));
    changed.put(key, Optional.empty());
    leaseEnds.remove(owner);
  }

  private Optional<KeyRecord> takeEndOut(Batch batch, String key) throws RocksDBException {
    Optional<KeyRecord> before = stored(batch, key);
    if (before.isPresent()) {
      batch.delete(Family.IDEMPOTENCY_ENDS, Keys.idempotencyEnd(before.get().end(), key));
    }
    return before;
  }

  /** How many leases of this process it remembers the end of. */
  int leaseCount() {
    return leaseEnds.size();
  }

  /** Forgets a key that was to end then, if it has; one that was prolonged stands elsewhere. */
  void sweep(Batch batch, long end, String key) throws RocksDBException {
    Optional<KeyRecord> record = stored(batch, key);
    if (record.isEmpty() || record.get().end() != end) {
      batch.delete(Family.IDEMPOTENCY_ENDS, Keys.idempotencyEnd(end, key));
    } else if (isOver(record.get(), batch.now())) {
      free(batch, key, record.get().owner());
    }
  }
}
