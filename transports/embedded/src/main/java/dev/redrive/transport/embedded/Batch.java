// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.MessageState;
import dev.redrive.spi.WireHeaders;
import java.util.LinkedHashMap;
import java.util.Map;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * What is written together: all of it or nothing. Used by the committing thread alone.
 *
 * <p>Each move of a message is one method here, so that no change can forget a half of it: its
 * place in the queue, the pointer of its id, its line if the queue is ordered, its count.
 */
final class Batch implements AutoCloseable {
  private final Store store;
  private final Sequence sequence;
  private final WriteBatch writes = new WriteBatch();
  private final Map<QueueState, Long> stamps = new LinkedHashMap<>();

  /** The queues that the change which is being applied has touched, as they were before. */
  private final Map<QueueState, Before> touched = new LinkedHashMap<>();

  private long now;
  private long round;

  Batch(Store store, Sequence sequence) {
    this.store = store;
    this.sequence = sequence;
  }

  private record Before(CountRecord counts, Place low) {}

  /** Empties the batch for new changes. */
  void begin(long newNow) {
    writes.clear();
    stamps.clear();
    now = newNow;
    round++;
  }

  /** Applies a change, all of it or, if that fails, nothing. */
  void apply(Change change) throws RocksDBException {
    writes.setSavePoint();
    touched.clear();
    boolean isApplied = false;
    try {
      change.apply(this);
      isApplied = true;
    } finally {
      if (isApplied) {
        writes.popSavePoint();
      } else {
        writes.rollbackToSavePoint();
        touched.forEach(
            (queue, before) -> {
              queue.ledger().reset(before.counts());
              queue.low(before.low());
            });
      }
    }
  }

  /** The time that goes into what is written, in milliseconds. */
  long now() {
    return now;
  }

  /** Which batch it is that is being filled; never zero. */
  long round() {
    return round;
  }

  long bytes() {
    return writes.getDataSize();
  }

  void put(Family family, byte[] key, byte[] value) throws RocksDBException {
    writes.put(store.handle(family), key, value);
  }

  void delete(Family family, byte[] key) throws RocksDBException {
    writes.delete(store.handle(family), key);
  }

  void deleteRange(Family family, byte[] start, byte[] end) throws RocksDBException {
    writes.deleteRange(store.handle(family), start, end);
  }

  /**
   * Puts a message into its queue.
   *
   * @param frame the message, encoded
   * @param due when it is wanted; 0 for at once
   * @return where it stands
   */
  Place insert(QueueState queue, MessageRecord message, Frame.Unsealed frame, long due)
      throws RocksDBException {
    long time = Math.max(due, stamp(queue));
    Place place = new Place(time, sequence.take());
    byte[] key = Keys.place(queue.number(), place);
    put(Family.QUEUE, key, frame.seal(key));
    byte[] idKey = Keys.id(queue.number(), message.id());
    put(Family.IDS, idKey, new PointerRecord(place, message.attempts()).encode(idKey));
    if (isInLine(queue, message)) {
      putLine(queue, message, place, place);
    }
    if (place.isBefore(queue.low())) {
      // The clock was set back past the low-water mark; a start must not search from there.
      low(queue, place);
    }
    queue.inserted(time);
    return place;
  }

  /** Takes a message out of its place; what becomes of it follows in the same batch. */
  void remove(QueueState queue, Place place, boolean isMarked) throws RocksDBException {
    touch(queue);
    delete(Family.QUEUE, Keys.place(queue.number(), place));
    if (isMarked) {
      delete(Family.RUNNING, Keys.running(queue.number(), place.seq()));
    }
  }

  /** The message that stood at this place has ended, and is remembered for the queue's window. */
  void end(QueueState queue, Place place, MessageRecord message, MessageState state, int attempts)
      throws RocksDBException {
    delete(Family.IDS, Keys.id(queue.number(), message.id()));
    if (isInLine(queue, message)) {
      leaveLine(queue, message, place);
    }
    byte[] key = Keys.end(queue.number(), queue.ends().bucket(now), message.id());
    String history = message.headers().getOrDefault(WireHeaders.HISTORY, "");
    put(
        Family.ENDS,
        key,
        new EndRecord(state, now, attempts, message.firstSeen(), history).encode(key));
  }

  /** The message that stood at this place is dead; its line waits for it, or goes on. */
  void die(QueueState queue, Place place, DeadRecord letter) throws RocksDBException {
    MessageRecord message = letter.message();
    Place grave = new Place(now, place.seq());
    byte[] key = Keys.place(queue.number(), grave);
    put(Family.DEAD, key, letter.encode().seal(key));
    byte[] idKey = Keys.id(queue.number(), message.id());
    put(Family.DEAD_IDS, idKey, new PointerRecord(grave, message.attempts()).encode(idKey));
    delete(Family.IDS, idKey);
    if (isInLine(queue, message) && queue.goesOn()) {
      leaveLine(queue, message, place);
    } else if (isInLine(queue, message)) {
      putLine(queue, message, place, grave);
    }
  }

  /** Takes a dead letter out of its place; if it is replayed, its insertion follows. */
  void exhume(QueueState queue, Place grave, MessageRecord message) throws RocksDBException {
    touch(queue);
    delete(Family.DEAD, Keys.place(queue.number(), grave));
    delete(Family.DEAD_IDS, Keys.id(queue.number(), message.id()));
  }

  private void putLine(QueueState queue, MessageRecord message, Place place, Place stands)
      throws RocksDBException {
    byte[] key = Keys.ordered(queue.number(), message.key(), message.lineAt(place));
    put(Family.KEYS, key, new PlaceRecord(stands).encode(key));
  }

  private void leaveLine(QueueState queue, MessageRecord message, Place place)
      throws RocksDBException {
    delete(Family.KEYS, Keys.ordered(queue.number(), message.key(), message.lineAt(place)));
  }

  /**
   * A message about to leave its grave: for its place in line, which it has kept, or for the end of
   * the line, if the others went on without it.
   */
  MessageRecord returning(QueueState queue, Place grave, MessageRecord message) {
    if (!isInLine(queue, message)) {
      return message;
    }
    byte[] line = Keys.ordered(queue.number(), message.key(), message.lineAt(grave));
    return store.get(Family.KEYS, line).isPresent() ? message : message.atTheEnd();
  }

  private static boolean isInLine(QueueState queue, MessageRecord message) {
    return queue.isOrdered() && !message.key().isEmpty();
  }

  /** Moves a queue's low-water mark. */
  void low(QueueState queue, Place place) throws RocksDBException {
    touch(queue);
    byte[] key = Keys.meta("low/" + queue.number());
    put(Family.META, key, new PlaceRecord(place).encode(key));
    queue.low(place);
  }

  /** The queue's counts change in this batch. */
  Ledger touch(QueueState queue) {
    stamp(queue);
    Ledger ledger = queue.ledger();
    touched.computeIfAbsent(queue, known -> new Before(ledger.counts(), known.low()));
    return ledger;
  }

  private long stamp(QueueState queue) {
    Long known = stamps.get(queue);
    if (known == null) {
      known = queue.beginBatch(now, sequence.toCome());
      stamps.put(queue, known);
    }
    return known;
  }

  /** Writes it. After an error it is not known how much of it stands on the disk. */
  void write(boolean mustSync) throws RocksDBException {
    for (QueueState queue : stamps.keySet()) {
      byte[] key = Keys.meta("count/" + queue.number());
      put(Family.META, key, queue.ledger().counts().encode(key));
    }
    sequence.reserve(this);
    store.write(writes, mustSync);
  }

  /** What was written can be read; the queues' readers may pass. */
  void end() {
    stamps.keySet().forEach(QueueState::endBatch);
  }

  @Override
  public void close() {
    writes.close();
  }
}
