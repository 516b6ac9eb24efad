// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import org.rocksdb.RocksDBException;

/**
 * Sequence numbers, ascending and never given twice. They are reserved in blocks, in the batch that
 * first uses one; after a restart the next block begins, so that none need be searched for. The
 * reservation belongs to the batch and not to a change of it, which may fail and be taken out.
 */
final class Sequence {
  private static final int VERSION = 1;
  private static final long BLOCK = 1_000_000;
  private static final byte[] KEY = Keys.meta("sequence");

  /** Written by the committing thread, read by all. */
  private volatile long next;

  private long end;

  /** Where the last block ends that a batch has reserved. */
  private long reserved;

  Sequence(Store store) {
    read(store);
  }

  /** Goes on at the end of the last block that the store knows of. */
  void read(Store store) {
    // Zero stands for "none" in records.
    next =
        store.get(Family.META, KEY).map(value -> Frame.open(KEY, value, VERSION).u64()).orElse(1L);
    end = next;
    reserved = next;
  }

  /** The number that the next message will have. */
  long toCome() {
    return next;
  }

  long take() {
    long taken = next;
    if (taken == end) {
      end += BLOCK;
    }
    next = taken + 1;
    return taken;
  }

  /** Reserves, in the batch that is about to be written, the blocks that its changes began. */
  void reserve(Batch batch) throws RocksDBException {
    if (reserved < end) {
      batch.put(Family.META, KEY, Frame.end(Frame.begin(VERSION, 8).u64(end), KEY));
      reserved = end;
    }
  }
}
