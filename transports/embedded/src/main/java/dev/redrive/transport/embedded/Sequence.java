// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import org.rocksdb.RocksDBException;

/**
 * Sequence numbers, ascending and never given twice. They are reserved in blocks, in the batch that
 * first uses one; after a restart the next block begins, so that none need be searched for.
 */
final class Sequence {
  private static final int VERSION = 1;
  private static final long BLOCK = 1_000_000;
  private static final byte[] KEY = Keys.meta("sequence");

  /** Written by the committing thread, read by all. */
  private volatile long next;

  private long end;

  Sequence(Store store) {
    read(store);
  }

  /** Goes on at the end of the last block that the store knows of. */
  void read(Store store) {
    // Zero stands for "none" in records.
    next =
        store.get(Family.META, KEY).map(value -> Frame.open(KEY, value, VERSION).u64()).orElse(1L);
    end = next;
  }

  /** The number that the next message will have. */
  long toCome() {
    return next;
  }

  long take(Batch batch) throws RocksDBException {
    long taken = next;
    if (taken == end) {
      end += BLOCK;
      batch.put(Family.META, KEY, Frame.end(Frame.begin(VERSION, 8).u64(end), KEY));
    }
    next = taken + 1;
    return taken;
  }
}
