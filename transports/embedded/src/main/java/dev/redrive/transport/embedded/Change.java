// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import org.rocksdb.RocksDBException;

/**
 * One change of the store, made by one caller. The committer calls {@link #apply}, then exactly one
 * of ({@link #committed} and then {@link #answer}) and {@link #failed}; or {@link #failed} alone.
 */
interface Change {

  /** About how many bytes it writes; bounds what is pending. */
  int weight();

  /** False if it need only survive the end of this process. */
  boolean mustSync();

  /** True if it is refused first when the disk fills up: what is new. Ends need room too. */
  boolean isNew();

  /**
   * Writes it into the batch. Should not fail: what can be wrong was checked before, and what it
   * relies on is reserved. If it fails, nothing of it is written. On the committing thread.
   */
  void apply(Batch batch) throws RocksDBException;

  /** It is written and can be read. Short; on the committing thread. */
  void committed();

  /** Tells the caller, after {@link #committed}. On an executor. */
  void answer();

  /** It is not known to be written. Undoes reservations and tells the caller. */
  void failed(TransportException cause);
}
