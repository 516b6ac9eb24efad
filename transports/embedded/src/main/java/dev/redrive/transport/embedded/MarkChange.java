// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.RocksDBException;

/**
 * Attempts that begin, or that began and do not count after all.
 *
 * <p>Whether a lease is still held is asked when the mark is written and not before, for between
 * the two it may be lost. Otherwise the mark could be written after it was taken back, and a crash
 * would count an attempt that a lost lease has spared. As it is, who loses a lease sees the mark
 * and takes it back in a later batch, or the mark is not written.
 */
final class MarkChange implements Change {
  private static final int WEIGHT = 48;

  private final QueueState queue;
  private final List<EmbeddedLease> leases;
  private final boolean isBegin;
  private final Set<EmbeddedLease> marked = new HashSet<>();
  private final CompletableFuture<Set<EmbeddedLease>> answer = new CompletableFuture<>();

  private MarkChange(QueueState queue, List<EmbeddedLease> leases, boolean isBegin) {
    this.queue = queue;
    this.leases = leases;
    this.isBegin = isBegin;
  }

  static MarkChange begin(QueueState queue, List<EmbeddedLease> leases) {
    return new MarkChange(queue, leases, true);
  }

  /** The leases were lost or given back: a lost lease costs no attempt. */
  static MarkChange takeBack(QueueState queue, List<EmbeddedLease> leases) {
    return new MarkChange(queue, leases, false);
  }

  /** Of attempts to begin, those whose lease was not lost before. */
  CompletableFuture<Set<EmbeddedLease>> result() {
    return answer;
  }

  @Override
  public int weight() {
    return WEIGHT * leases.size();
  }

  @Override
  public boolean mustSync() {
    return false;
  }

  @Override
  public boolean isNew() {
    return false;
  }

  @Override
  public void apply(Batch batch) throws RocksDBException {
    for (EmbeddedLease lease : leases) {
      byte[] key = Keys.running(queue.number(), lease.place().seq());
      if (!isBegin) {
        batch.delete(Family.RUNNING, key);
      } else if (queue.leases().mark(lease)) {
        batch.put(
            Family.RUNNING, key, new MarkRecord(lease.place().time(), lease.attempt()).encode(key));
        marked.add(lease);
      }
    }
  }

  @Override
  public void committed() {
    // Marks are read only by the next start.
  }

  @Override
  public void answer() {
    answer.complete(marked);
  }

  @Override
  public void failed(TransportException cause) {
    answer.completeExceptionally(cause);
  }
}
