// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the attempts that the last process did not live to end. Each mark and its message change
 * in one write, so that a crash in the middle of the recovery leaves the rest to the next one.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final int MARKS_IN_BATCH = 256;

  private final Store store;
  private final Batch batch;
  private final Catalog catalog;
  private final long now;

  Recovery(Store store, Batch batch, Catalog catalog, long now) {
    this.store = store;
    this.batch = batch;
    this.catalog = catalog;
    this.now = now;
  }

  /** Runs before anything else uses the store. */
  void run() {
    int marks = 0;
    try (Cursor cursor = store.scan(Family.RUNNING, Keys.start(0), Keys.start(-1))) {
      batch.begin(now);
      for (; cursor.isValid(); cursor.next()) {
        count(cursor.key(), cursor.value());
        marks++;
        if (marks % MARKS_IN_BATCH == 0) {
          write();
          batch.begin(now);
        }
      }
      write();
    } catch (RocksDBException e) {
      throw new TransportException("The store could not be written: " + e.getMessage(), e);
    }
    if (marks > 0) {
      LOG.info("{} attempts were cut off by the end of the last process, and count", marks);
    }
  }

  private void write() throws RocksDBException {
    batch.write(true);
    batch.end();
  }

  /** Damage to one mark or message must not keep the whole store shut. */
  private void count(byte[] markKey, byte[] value) throws RocksDBException {
    batch.delete(Family.RUNNING, markKey);
    try {
      count(markKey, MarkRecord.decode(markKey, value));
    } catch (CorruptRecordException e) {
      // A damaged message goes to the dead letters when it is read.
      LOG.error("An attempt that was cut off cannot be counted: {}", e.getMessage());
    }
  }

  private void count(byte[] markKey, MarkRecord mark) throws RocksDBException {
    QueueState queue = catalog.queue(Keys.queue(markKey));
    Place place = new Place(mark.due(), Keys.seq(markKey));
    byte[] key = Keys.place(queue.number(), place);
    Optional<byte[]> value = store.get(Family.QUEUE, key);
    if (value.isEmpty()) {
      return;
    }
    MessageRecord message = MessageRecord.decode(key, value.get());
    MessageRecord counted = message.crashed(mark.attempt());
    batch.put(Family.QUEUE, key, counted.encode().seal(key));
    byte[] idKey = Keys.id(queue.number(), message.id());
    batch.put(Family.IDS, idKey, new PointerRecord(place, mark.attempt()).encode(idKey));
    batch.touch(queue).retried(message.attempts());
  }
}
