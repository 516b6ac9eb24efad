// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** A consumer of a queue. Thread-safe. */
final class SqlSubscription implements Subscription {
  private final SqlQueue queue;
  private final Sink sink;
  private final long leaseMillis;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  // Those that are held, as far as is known here; the database knows better.
  private final Set<SqlLease> leases = ConcurrentHashMap.newKeySet();

  // Guarded by the claimer's lock.
  private long credit;
  private boolean isDraining;
  private boolean isBusy;

  SqlSubscription(SqlQueue queue, Duration lease, Sink sink) {
    this.queue = queue;
    this.leaseMillis = Millis.of(lease);
    this.sink = sink;
  }

  long leaseMillis() {
    return leaseMillis;
  }

  // The five below are guarded by the claimer's lock.

  void addCredit(int n) {
    credit += n;
  }

  /** How many may be handed over now. */
  long demand() {
    return isDraining || isBusy ? 0 : credit;
  }

  /** A claim for it begins, and the sink may be called until {@link #rest}. */
  void busy() {
    isBusy = true;
  }

  /**
   * Takes these, unless it takes nothing any more.
   *
   * @param endsAt when their leases will have ended for certain
   */
  boolean takes(List<Claimed> rows, long endsAt) {
    if (isDraining) {
      return false;
    }
    credit -= rows.size();
    for (Claimed row : rows) {
      SqlLease lease = (SqlLease) row.message().lease();
      lease.endsAt(endsAt);
      leases.add(lease);
    }
    return true;
  }

  /** The claim is over, and so is the call of the sink; true if that completes a drain. */
  boolean rest() {
    isBusy = false;
    return isDraining;
  }

  /** Takes nothing from now on; true if no call of the sink is under way. */
  boolean stop() {
    isDraining = true;
    return !isBusy;
  }

  /** Completes the stage of {@link #drain}, without a lock. */
  void completeDrain() {
    drained.complete(null);
  }

  /** Calls the sink, without a lock. */
  void deliver(List<InMessage> messages) {
    sink.accept(messages);
  }

  @Override
  public void request(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("request at least one message, not " + n);
    }
    queue.claimer().request(this, n);
  }

  @Override
  public CompletionStage<List<Settled>> begin(List<Lease> given) {
    return change(
        given, (lease, i) -> Change.of(lease, Change.Kind.BEGIN, 0, 0), queue::mark, false);
  }

  @Override
  public CompletionStage<List<Settled>> renew(List<Lease> given, Duration by) {
    long millis = Millis.of(by);
    long endsAt = queue.certainEnd(millis);
    return change(
        given,
        (lease, i) -> {
          lease.endsAt(endsAt);
          return Change.of(lease, Change.Kind.RENEW, millis, 0);
        },
        queue::mark,
        false);
  }

  @Override
  public CompletionStage<List<Settled>> settle(List<Settlement> batch) {
    List<Lease> given = batch.stream().map(Settlement::lease).toList();
    return change(given, (lease, i) -> queue.settling(lease, batch.get(i)), queue::settle, true);
  }

  /** What is to become of a lease, which is the how-manieth that was given. */
  private interface Plan {
    Change of(SqlLease lease, int index);
  }

  /** Changes what is held here; the others are stale without being looked up. */
  private CompletionStage<List<Settled>> change(
      List<Lease> given,
      Plan plan,
      Function<List<Change>, CompletionStage<List<Settled>>> send,
      boolean isEnd) {
    List<Change> changes = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      if (given.get(i) instanceof SqlLease ours && leases.contains(ours)) {
        changes.add(plan.of(ours, i));
        places.add(i);
      }
    }
    return send.apply(changes)
        .thenApply(
            settled -> {
              forget(changes, settled, isEnd);
              List<Settled> all = new ArrayList<>(Collections.nCopies(given.size(), Settled.STALE));
              for (int i = 0; i < settled.size(); i++) {
                all.set(places.get(i), settled.get(i));
              }
              return all;
            });
  }

  private void forget(List<Change> changes, List<Settled> settled, boolean isEnd) {
    for (int i = 0; i < settled.size(); i++) {
      Settled answer = settled.get(i);
      if (answer == Settled.STALE || (isEnd && answer == Settled.DONE)) {
        leases.remove(changes.get(i).lease());
      }
    }
  }

  @Override
  public CompletionStage<Void> drain() {
    queue.claimer().drain(this);
    return drained.minimalCompletionStage();
  }

  /** Forgets what nobody settled in its time. */
  void forget(long now) {
    leases.removeIf(lease -> lease.hasEnded(now));
  }

  /** Gives back what is held; called after it takes nothing any more. */
  void giveBack() {
    List<SqlLease> held = List.copyOf(leases);
    held.forEach(leases::remove);
    queue.release(held);
  }

  @Override
  public void close() {
    queue.claimer().drain(this);
    queue.remove(this);
    giveBack();
  }
}
