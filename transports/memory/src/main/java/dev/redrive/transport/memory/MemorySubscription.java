// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A consumer of a memory queue. Its fields are guarded by the queue's lock. */
final class MemorySubscription implements Subscription {
  private final MemoryQueue queue;
  private final Duration leaseTime;
  private final Sink sink;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  // All its leases that have not ended.
  private final Set<MemoryLease> leases = new LinkedHashSet<>();
  // Those that the next or present call of the sink brings.
  private final List<MemoryLease> batch = new ArrayList<>();
  private long credit;
  private boolean isDraining;
  private boolean isClosed;

  MemorySubscription(MemoryQueue queue, Duration leaseTime, Sink sink) {
    this.queue = queue;
    this.leaseTime = leaseTime;
    this.sink = sink;
  }

  Duration leaseTime() {
    return leaseTime;
  }

  boolean isHungry() {
    return credit > 0 && !isDraining;
  }

  void addCredit(int n) {
    credit += n;
  }

  void leased(MemoryLease lease) {
    leases.add(lease);
  }

  void unleased(MemoryLease lease) {
    leases.remove(lease);
  }

  /** Adds to what the next call of the sink brings. */
  void offer(MemoryLease lease) {
    credit--;
    batch.add(lease);
  }

  /** What the sink is to be called with. */
  List<InMessage> messages() {
    return batch.stream().map(lease -> lease.entry().inMessage(lease)).toList();
  }

  /** Calls the sink, without the lock. */
  void deliver(List<InMessage> messages) {
    if (!queue.handOver().isClosed(this)) {
      sink.accept(messages);
    }
  }

  /** The sink has returned; true if that completes a drain. */
  boolean delivered() {
    batch.clear();
    return isDraining;
  }

  /** Begins to drain; true if no call of the sink is under way or about to be. */
  boolean stop() {
    isDraining = true;
    return batch.isEmpty();
  }

  boolean isClosed() {
    return isClosed;
  }

  /** Gives all leases back. */
  void close(QueueState state) {
    isClosed = true;
    List.copyOf(leases).forEach(state::giveBack);
  }

  /** Completes the stage of {@link #drain}, without the lock. */
  void completeDrain() {
    drained.complete(null);
  }

  @Override
  public void request(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("request at least one message, not " + n);
    }
    queue.handOver().request(this, n);
  }

  @Override
  public CompletionStage<List<Settled>> begin(List<Lease> leases) {
    return CompletableFuture.completedStage(queue.begin(leases));
  }

  @Override
  public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
    return CompletableFuture.completedStage(queue.settle(settlements));
  }

  @Override
  public CompletionStage<List<Settled>> renew(List<Lease> leases, Duration by) {
    return CompletableFuture.completedStage(queue.renew(leases, by));
  }

  @Override
  public CompletionStage<Void> drain() {
    queue.handOver().drain(this);
    return drained.minimalCompletionStage();
  }

  @Override
  public void close() {
    queue.handOver().close(this);
  }
}
