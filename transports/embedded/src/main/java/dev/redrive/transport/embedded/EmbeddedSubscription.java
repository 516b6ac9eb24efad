// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.MessageState;
import dev.redrive.Settled;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A consumer of one queue. */
final class EmbeddedSubscription implements Subscription, Taker {
  private final QueueState queue;
  private final Leases leases;
  private final Committer committer;
  private final InstantSource clock;
  private final Timers timers;
  private final long leaseNanos;
  private final Sink sink;
  private final Consumer<EmbeddedSubscription> onClosed;

  EmbeddedSubscription(
      QueueState queue,
      Services services,
      Duration lease,
      Sink sink,
      Consumer<EmbeddedSubscription> onClosed) {
    this.queue = queue;
    this.leases = queue.leases();
    this.committer = services.committer();
    this.clock = services.clock();
    this.timers = services.timers();
    this.leaseNanos = Times.nanos(lease);
    this.sink = sink;
    this.onClosed = onClosed;
  }

  @Override
  public long leaseNanos() {
    return leaseNanos;
  }

  @Override
  public Sink sink() {
    return sink;
  }

  @Override
  public void request(int n) {
    if (n <= 0) {
      throw new IllegalArgumentException("request at least 1, not " + n);
    }
    leases.request(this, n);
  }

  @Override
  public CompletionStage<List<Settled>> begin(List<Lease> batch) {
    List<EmbeddedLease> ours =
        batch.stream()
            .filter(EmbeddedLease.class::isInstance)
            .map(EmbeddedLease.class::cast)
            .toList();
    if (ours.isEmpty()) {
      return CompletableFuture.completedStage(batch.stream().map(lease -> Settled.STALE).toList());
    }
    MarkChange change = MarkChange.begin(queue, ours);
    committer.submit(change);
    return change
        .result()
        .thenApply(
            marked ->
                batch.stream()
                    .map(lease -> marked.contains(lease) ? Settled.DONE : Settled.STALE)
                    .toList());
  }

  @Override
  public CompletionStage<List<Settled>> settle(List<Settlement> batch) {
    Instant now = clock.instant();
    List<Settled> results = new ArrayList<>(batch.size());
    List<SettleChange.Step> steps = new ArrayList<>(batch.size());
    for (Settlement settlement : batch) {
      if (settlement.lease() instanceof EmbeddedLease lease && leases.beginSettling(lease)) {
        steps.add(step(settlement, lease, now));
        results.add(Settled.DONE);
      } else {
        results.add(Settled.STALE);
      }
    }
    if (steps.isEmpty()) {
      return CompletableFuture.completedStage(results);
    }
    SettleChange change = new SettleChange(queue, steps);
    committer.submit(change);
    return change.result().thenApply(done -> results);
  }

  private static SettleChange.Step step(Settlement settlement, EmbeddedLease lease, Instant now) {
    MessageRecord message = lease.message();
    if (settlement instanceof Settlement.Retry retry) {
      return move(lease, lease.attempt(), retry.headers(), Times.due(retry.dueAt(), now));
    }
    if (settlement instanceof Settlement.Defer defer) {
      return move(lease, message.attempts(), defer.headers(), Times.due(defer.dueAt(), now));
    }
    if (settlement instanceof Settlement.Dead dead) {
      MessageRecord last = message.leaving(lease.place(), dead.attempts(), dead.headers());
      return new SettleChange.Bury(
          lease, new DeadRecord(dead.reason(), dead.failure(), dead.fingerprint(), last));
    }
    boolean isAck = settlement instanceof Settlement.Ack;
    return new SettleChange.End(lease, isAck ? MessageState.SUCCEEDED : MessageState.CANCELLED);
  }

  private static SettleChange.Move move(
      EmbeddedLease lease, int attempts, Map<String, String> headers, long due) {
    MessageRecord moved = lease.message().leaving(lease.place(), attempts, headers);
    return new SettleChange.Move(lease, moved, moved.encode(), due);
  }

  @Override
  public CompletionStage<List<Settled>> renew(List<Lease> batch, Duration by) {
    long end = timers.nanoTime() + Times.nanos(by);
    Predicate<Lease> isRenewed =
        lease -> lease instanceof EmbeddedLease ours && leases.renew(ours, end);
    return CompletableFuture.completedStage(
        batch.stream().map(lease -> isRenewed.test(lease) ? Settled.DONE : Settled.STALE).toList());
  }

  @Override
  public CompletionStage<Void> drain() {
    leases.stop(this);
    return CompletableFuture.completedStage(null);
  }

  /** Idempotent. Returns at once; taking back the marks of begun attempts follows. */
  @Override
  public void close() {
    leases.stop(this);
    List<EmbeddedLease> seized = leases.seize(this);
    List<EmbeddedLease> marked = seized.stream().filter(EmbeddedLease::isMarked).toList();
    if (!marked.isEmpty()) {
      // Before the messages can be had again, so that a new mark is not the one taken back.
      committer.submit(MarkChange.takeBack(queue, marked));
    }
    leases.giveBack(seized);
    onClosed.accept(this);
  }
}
