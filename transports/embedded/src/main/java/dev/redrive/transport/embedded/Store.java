// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.List;
import java.util.Optional;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The store: reads from any thread, writes from the committing thread alone.
 *
 * <p>Native memory is freed by {@link #close}, after which a call would end the whole process; so
 * each call passes a {@link Gate}, where close waits for all to leave.
 */
final class Store implements AutoCloseable {
  private static final String IN_MEMORY = "rocksdb.cur-size-all-mem-tables";

  private final DataFolder folder;
  private final Witness witness;
  private final WriteOptions durable = new WriteOptions().setSync(true);
  private final WriteOptions volatileUntilNextSync = new WriteOptions().setSync(false);
  private final Gate gate = new Gate("The store is closed. Open a new one to go on.");

  /** Changed only while nobody is behind the gate. */
  private Database database;

  /** How many writes are durable, as far as this process wrote them. */
  private volatile long synced;

  /** Of these, how many the witness was told. */
  private volatile long told;

  private Store(DataFolder folder) {
    this.folder = folder;
    this.witness = new Witness(folder);
    this.database = openDatabase();
  }

  /**
   * Opens the store, replaying what a killed process left in its log.
   *
   * @throws TransportException if it is damaged or cannot be read, saying what to do
   */
  static Store open(DataFolder folder) {
    NativeLibrary.load(folder);
    return new Store(folder);
  }

  /**
   * Closes the database and opens it again. What was acknowledged is there; of a write that failed,
   * all or nothing is.
   */
  void reopen() {
    gate.change(
        () -> {
          database.close();
          database = openDatabase();
        });
  }

  private Database openDatabase() {
    try {
      Database opened = Database.open(folder);
      try {
        witness.check(opened.rocks().getLatestSequenceNumber());
        return opened;
      } catch (TransportException e) {
        opened.close();
        throw e;
      }
    } catch (RocksDBException e) {
      throw new TransportException(
          "The database in "
              + folder.path()
              + " cannot be opened: "
              + e.getMessage()
              + ". Nothing was deleted. If its files were damaged, restore the folder from a backup.",
          e);
    }
  }

  Optional<byte[]> get(Family family, byte[] key) {
    gate.enter();
    try {
      return Optional.ofNullable(rocks().get(handle(family), key));
    } catch (RocksDBException e) {
      throw unreadable(family, e);
    } finally {
      gate.leave();
    }
  }

  /** The store as it is now, whatever is written meanwhile. Used and closed by one thread. */
  View view() {
    gate.enter();
    Snapshot snapshot = rocks().getSnapshot();
    ReadOptions options = new ReadOptions().setSnapshot(snapshot);
    return new View(database, snapshot, options, gate);
  }

  /** The records from {@code start} up to, and without, {@code end}. */
  Cursor scan(Family family, byte[] start, byte[] end) {
    gate.enter();
    Slice upper = new Slice(end);
    ReadOptions options = new ReadOptions().setIterateUpperBound(upper);
    RocksIterator iterator = rocks().newIterator(handle(family), options);
    iterator.seek(start);
    return new Cursor(family, iterator, List.of(iterator, options, upper), gate);
  }

  /**
   * Writes the batch, all of it or nothing.
   *
   * @param mustSync true to return only when a power cut would not take it away
   */
  void write(WriteBatch batch, boolean mustSync) throws RocksDBException {
    gate.enter();
    try {
      rocks().write(mustSync ? durable : volatileUntilNextSync, batch);
      if (mustSync) {
        synced = rocks().getLatestSequenceNumber();
      }
    } finally {
      gate.leave();
    }
  }

  /** Drops files that hold nothing but what lies within [start, end), without rewriting others. */
  void dropFiles(Family family, byte[] start, byte[] end) {
    gate.enter();
    try {
      rocks().deleteFilesInRanges(handle(family), List.of(start, end), false);
    } catch (RocksDBException e) {
      throw unreadable(family, e);
    } finally {
      gate.leave();
    }
  }

  /** How much stands in memory and the log, and is to be written to files of its own. */
  long unflushedBytes() {
    gate.enter();
    try {
      return rocks().getAggregatedLongProperty(IN_MEMORY);
    } catch (RocksDBException e) {
      throw new TransportException("The database cannot be asked: " + e.getMessage(), e);
    } finally {
      gate.leave();
    }
  }

  /** For batches, on the committing thread. */
  ColumnFamilyHandle handle(Family family) {
    return database.handle(family);
  }

  private RocksDB rocks() {
    return database.rocks();
  }

  /** Has the writes remembered that are durable by now. On one thread at a time. */
  void tellWitness() {
    long writes = synced;
    if (writes > told) {
      witness.tell(writes);
      told = writes;
    }
  }

  /** Writes everything to its files, so that the next start has no log to replay. */
  void flush() {
    gate.enter();
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
      rocks().flush(options, database.handles());
    } catch (RocksDBException e) {
      throw new TransportException("The store could not be flushed: " + e.getMessage(), e);
    } finally {
      gate.leave();
    }
  }

  /** Waits for the calls under way, and closes the database. Idempotent. */
  @Override
  public void close() {
    if (gate.shut()) {
      database.close();
      durable.close();
      volatileUntilNextSync.close();
    }
  }

  static TransportException unreadable(Family family, RocksDBException e) {
    return new TransportException(
        "The store's records of "
            + family
            + " cannot be read: "
            + e.getMessage()
            + ". Stop the process and restore the data folder from a backup.",
        e);
  }
}
