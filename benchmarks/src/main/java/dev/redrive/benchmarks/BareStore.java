// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * What the embedded transport is measured against: RocksDB with the same families and settings that
 * matter, one thread that commits whatever has gathered in one synced write, and the same keys and
 * values, as plain bytes made beforehand. No checks, no checksums, no leases, no order, no counts.
 */
final class BareStore implements AutoCloseable {
  private static final long MEGABYTE = 1024L * 1024L;
  private static final int OPERATIONS_MAX = 1_024;
  private static final int QUEUE_RECORD_OVERHEAD_BYTES = 50;
  private static final int POINTER_BYTES = 26;
  private static final int ID_BYTES = 26;
  private static final int END_BYTES = 28;

  /** One write, and who waits for it. */
  private record Operation(Write write, CompletableFuture<Void> done) {}

  private interface Write {
    void to(WriteBatch batch) throws RocksDBException;
  }

  private final DBOptions options;
  private final RocksDB database;
  private final List<ColumnFamilyHandle> families = new ArrayList<>();
  private final Thread committer = new Thread(this::run, "bare-committer");
  private final Object lock = new Object();
  // Guarded by the lock.
  private List<Operation> gathering = new ArrayList<>();
  private boolean isClosed;

  BareStore(Path folder) throws RocksDBException {
    RocksDB.loadLibrary();
    options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxTotalWalSize(192 * MEGABYTE)
            .setDbWriteBufferSize(128 * MEGABYTE)
            .setMaxBackgroundJobs(2)
            .setBytesPerSync(MEGABYTE);
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (String name : List.of("default", "ids", "ends", "running")) {
      descriptors.add(
          new ColumnFamilyDescriptor(
              name.getBytes(java.nio.charset.StandardCharsets.UTF_8),
              new ColumnFamilyOptions().setCompressionType(CompressionType.NO_COMPRESSION)));
    }
    database = RocksDB.open(options, folder.toString(), descriptors, families);
    committer.start();
  }

  /** Stores a message and its id; completes when that is synced. */
  CompletableFuture<Void> enqueue(long seq, byte[] body) {
    byte[] record = new byte[body.length + QUEUE_RECORD_OVERHEAD_BYTES];
    System.arraycopy(body, 0, record, QUEUE_RECORD_OVERHEAD_BYTES, body.length);
    return submit(
        batch -> {
          batch.put(families.get(0), place(seq), record);
          batch.put(families.get(1), id(seq), new byte[POINTER_BYTES]);
        });
  }

  /** Marks a message as running; rides with the next synced write. */
  CompletableFuture<Void> begin(long seq) {
    return submit(batch -> batch.put(families.get(3), id(seq), new byte[Integer.BYTES]));
  }

  /** Deletes a message and remembers its end; completes when that is synced. */
  CompletableFuture<Void> acknowledge(long seq) {
    return submit(
        batch -> {
          batch.delete(families.get(0), place(seq));
          batch.delete(families.get(1), id(seq));
          batch.delete(families.get(3), id(seq));
          batch.put(families.get(2), id(seq), new byte[END_BYTES]);
        });
  }

  private static byte[] place(long seq) {
    return ByteBuffer.allocate(20).putInt(1).putLong(0).putLong(seq).array();
  }

  private static byte[] id(long seq) {
    return ByteBuffer.allocate(4 + ID_BYTES).putInt(1).putLong(seq).array();
  }

  private CompletableFuture<Void> submit(Write write) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (lock) {
      gathering.add(new Operation(write, done));
      if (gathering.size() == 1) {
        lock.notifyAll();
      }
    }
    return done;
  }

  private void run() {
    try (WriteOptions synced = new WriteOptions().setSync(true);
        WriteBatch batch = new WriteBatch()) {
      List<Operation> operations = take();
      while (!operations.isEmpty()) {
        for (int from = 0; from < operations.size(); from += OPERATIONS_MAX) {
          commit(
              batch,
              synced,
              operations.subList(from, Math.min(operations.size(), from + OPERATIONS_MAX)));
        }
        operations = take();
      }
    } catch (RocksDBException failure) {
      throw new IllegalStateException("the bare store failed; the run is void", failure);
    }
  }

  private void commit(WriteBatch batch, WriteOptions synced, List<Operation> operations)
      throws RocksDBException {
    batch.clear();
    for (Operation operation : operations) {
      operation.write.to(batch);
    }
    database.write(synced, batch);
    for (Operation operation : operations) {
      operation.done.complete(null);
    }
  }

  private List<Operation> take() {
    synchronized (lock) {
      while (gathering.isEmpty() && !isClosed) {
        try {
          lock.wait();
        } catch (InterruptedException stray) {
          throw new IllegalStateException("nobody interrupts the committer", stray);
        }
      }
      List<Operation> taken = gathering;
      gathering = new ArrayList<>();
      return taken;
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      isClosed = true;
      lock.notifyAll();
    }
    try {
      committer.join();
    } catch (InterruptedException stray) {
      throw new IllegalStateException("nobody interrupts a benchmark", stray);
    }
    families.forEach(ColumnFamilyHandle::close);
    database.close();
    options.close();
  }
}
