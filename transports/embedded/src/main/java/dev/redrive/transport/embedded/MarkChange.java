// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.RocksDBException;

/** Attempts that begin, or that began and do not count after all. */
final class MarkChange implements Change {
  private static final int WEIGHT = 48;

  private final QueueState queue;
  private final List<EmbeddedLease> leases;
  private final boolean isBegin;
  private final CompletableFuture<Void> answer = new CompletableFuture<>();

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

  CompletableFuture<Void> result() {
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
      if (isBegin) {
        byte[] mark = new MarkRecord(lease.place().time(), lease.attempt()).encode(key);
        batch.put(Family.RUNNING, key, mark);
      } else {
        batch.delete(Family.RUNNING, key);
      }
    }
  }

  @Override
  public void committed() {
    // Marks are read only by the next start.
  }

  @Override
  public void answer() {
    answer.complete(null);
  }

  @Override
  public void failed(TransportException cause) {
    answer.completeExceptionally(cause);
  }
}
