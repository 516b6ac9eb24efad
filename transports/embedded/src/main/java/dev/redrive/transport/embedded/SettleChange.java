// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.MessageState;
import dev.redrive.TransportException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.RocksDBException;

/** Settlements whose leases are held and reserved for it. Answers when they are durable. */
final class SettleChange implements Change {
  private static final int FIXED_WEIGHT = 160;

  private final QueueState queue;
  private final Leases leases;
  private final List<Step> steps;
  private final int weight;
  private final CompletableFuture<Void> answer = new CompletableFuture<>();

  SettleChange(QueueState queue, List<Step> steps) {
    this.queue = queue;
    this.leases = queue.leases();
    this.steps = steps;
    this.weight = steps.stream().mapToInt(step -> step.weight() + FIXED_WEIGHT).sum();
  }

  /** What becomes of one leased message; prepared on the caller's thread. */
  sealed interface Step {
    EmbeddedLease lease();

    default int weight() {
      return 0;
    }
  }

  /** It ended. */
  record End(EmbeddedLease lease, MessageState state) implements Step {}

  /** It stands in its queue anew; {@code due} is 0 for at once. */
  record Move(EmbeddedLease lease, MessageRecord message, Frame.Unsealed frame, long due)
      implements Step {
    @Override
    public int weight() {
      return frame.size();
    }
  }

  /** It is dead. */
  record Bury(EmbeddedLease lease, DeadRecord letter) implements Step {
    @Override
    public int weight() {
      return letter.message().body().length + letter.failure().length();
    }
  }

  CompletableFuture<Void> result() {
    return answer;
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public boolean mustSync() {
    return true;
  }

  @Override
  public boolean isNew() {
    return false;
  }

  @Override
  public void apply(Batch batch) throws RocksDBException {
    Ledger ledger = batch.touch(queue);
    for (Step step : steps) {
      EmbeddedLease lease = step.lease();
      int before = lease.message().attempts();
      batch.remove(queue, lease.place(), lease.isMarked());
      queue.settledNow();
      if (step instanceof End end) {
        boolean isCounted = lease.isMarked() || end.state() == MessageState.SUCCEEDED;
        int attempts = isCounted ? lease.attempt() : before;
        batch.end(queue, lease.place(), lease.message(), end.state(), attempts);
        if (end.state() == MessageState.SUCCEEDED) {
          ledger.succeeded(before);
        } else {
          ledger.cancelled(before);
        }
      } else if (step instanceof Move move) {
        batch.insert(queue, move.message(), move.frame(), move.due());
        if (move.message().attempts() > before) {
          ledger.retried(before);
        }
      } else if (step instanceof Bury bury) {
        batch.die(queue, lease.place(), bury.letter());
        ledger.died(before);
      }
    }
  }

  @Override
  public void committed() {
    for (Step step : steps) {
      leases.settled(step.lease());
      // A dead one has left its line as well, or its line has a dead head, which frees nobody.
      if (!(step instanceof Move)) {
        queue.free(step.lease().message().key());
      }
    }
    queue.work();
  }

  @Override
  public void answer() {
    answer.complete(null);
  }

  @Override
  public void failed(TransportException cause) {
    steps.forEach(step -> leases.abandonSettling(step.lease()));
    answer.completeExceptionally(cause);
  }
}
