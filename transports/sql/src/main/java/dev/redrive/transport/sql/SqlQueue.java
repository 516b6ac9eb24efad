// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.SendRefusedException;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A queue at work: what is said of it to the database, and who consumes it. Thread-safe. */
final class SqlQueue {
  private static final long ROW_BYTES = 500;
  private static final int SLOWLY = 4;
  // Transactions are brief; one that lasts longer is found as late as what nobody tells of.
  private static final Duration QUIET = Duration.ofSeconds(10);

  /** So much later than here a lease may end by the server's clock. */
  private static final Duration DOUBT = Duration.ofMinutes(10);

  private final QueueTable table;
  private final Database database;
  private final Node node;
  private final Signals signals;
  private final Timers timers;
  private final Duration pollMax;
  private final QueueInsert insert;
  private final Claimer claimer;
  private final Lane<OutMessage, PublishResult> publishing;
  private final Lane<Change, Settled> marking;
  private final Lane<Change, Settled> settling;
  private final Set<SqlSubscription> subscriptions = ConcurrentHashMap.newKeySet();
  private volatile QueueSpec spec;
  // As Timers.nanoTime; until then somebody may commit what nobody is told of.
  private volatile long quietUntil;

  SqlQueue(Shared shared, QueueTable table, QueueSpec spec) {
    this.table = table;
    this.database = shared.database();
    this.node = shared.node();
    this.signals = shared.signals();
    this.timers = shared.environment().timers();
    this.pollMax = shared.pollMax();
    this.spec = spec;
    this.quietUntil = timers.nanoTime();
    this.insert = new QueueInsert(table, node, spec);
    this.claimer = new Claimer(shared.environment(), this, new Claims(database, table));
    this.publishing = new Lane<>(this::sendMessages, SqlQueue::bytes);
    this.marking = new Lane<>(this::sendChanges, change -> ROW_BYTES);
    this.settling = new Lane<>(this::sendChanges, SqlQueue::bytes);
  }

  /** What all queues of a transport have in common. */
  record Shared(
      Environment environment, Database database, Node node, Signals signals, Duration pollMax) {}

  private static long bytes(OutMessage message) {
    return ROW_BYTES + message.body().length;
  }

  private static long bytes(Change change) {
    return ROW_BYTES + change.headers().length + change.failure().length;
  }

  String name() {
    return table.queue();
  }

  QueueTable table() {
    return table;
  }

  QueueInsert insert() {
    return insert;
  }

  Claimer claimer() {
    return claimer;
  }

  /** How long to wait at most until looking again. */
  Duration pollMax() {
    boolean isTold = signals.areHeard() && timers.nanoTime() - quietUntil >= 0;
    return isTold ? pollMax.multipliedBy(SLOWLY) : pollMax;
  }

  /** Something was sent in a transaction of the caller's, who says nothing when it commits. */
  void sentQuietly() {
    quietUntil = timers.nanoTimeAfter(QUIET);
    claimer.hurry();
  }

  /** Something waits now that did not, with this due time; here and elsewhere somebody may ask. */
  void ready(long dueAt) {
    if (dueAt < Millis.FAR) {
      claimer.wake(dueAt);
      signals.tell(table.number(), dueAt);
    }
  }

  /** Follows a changed spec. */
  void adapt(QueueSpec changed) {
    spec = changed;
    insert.adapt(changed);
    claimer.wake();
  }

  boolean remembersIds() {
    return !spec.dedupWindow().isZero();
  }

  /** The ends of messages, as the spec has them now. */
  Statements.EndRule endRule() {
    return new Statements.EndRule(Millis.of(spec.dedupWindow()), spec.goesOn());
  }

  boolean isOrdered() {
    return spec.isOrdered();
  }

  CompletionStage<List<PublishResult>> publish(List<OutMessage> batch) {
    return publishing.submit(batch);
  }

  private CompletionStage<List<PublishResult>> sendMessages(List<OutMessage> batch) {
    return database
        .start(insert.needsTransaction(), connection -> insert.insert(connection, batch))
        .handle((results, failure) -> failure == null ? results : refusals(batch, failure))
        .thenApply(
            results -> {
              batch.stream()
                  .mapToLong(message -> Millis.notBefore(message.notBefore()))
                  .min()
                  .ifPresent(this::ready);
              return results;
            });
  }

  /** What is wrong with one message alone is its answer; all else fails. */
  private static List<PublishResult> refusals(List<OutMessage> batch, Throwable failure) {
    Throwable cause = Database.cause(failure);
    if (cause instanceof StatementException refused && batch.size() == 1) {
      if (refused.isFull()) {
        return List.of(refused(SendRefusedException.Cause.NO_SPACE, refused));
      }
      if (refused.isOfData()) {
        return List.of(refused(SendRefusedException.Cause.INVALID, refused));
      }
    }
    throw cause instanceof TransportException known ? known : new CompletionException(cause);
  }

  private static PublishResult refused(SendRefusedException.Cause cause, StatementException why) {
    return new PublishResult.Refused(cause, String.valueOf(why.getMessage()));
  }

  /** When a lease of this length that begins now has ended for certain. */
  long certainEnd(long leaseMillis) {
    return timers.nanoTimeAfter(Duration.ofMillis(leaseMillis).plus(DOUBT));
  }

  /** Forgets leases that ended and were never settled. */
  void forgetEnded() {
    subscriptions.forEach(each -> each.forget(timers.nanoTime()));
  }

  Claim claim(int max, long leaseMillis, long low) {
    Statements.Ticket ticket = node.ticket();
    long from = spec.isOrdered() ? 0 : low;
    return new Claim(
        ticket.owner(),
        ticket.number(),
        max,
        leaseMillis,
        from,
        node.certainFrom(),
        spec.isOrdered());
  }

  /** What a settlement makes of the message's row. */
  Change settling(SqlLease lease, Settlement settlement) {
    return Settling.change(lease, settlement, !remembersIds());
  }

  /** Begins attempts, or renews leases. */
  CompletionStage<List<Settled>> mark(List<Change> changes) {
    return marking.submit(changes);
  }

  CompletionStage<List<Settled>> settle(List<Change> changes) {
    return settling.submit(changes);
  }

  /** Gives messages back as they came. */
  void release(List<SqlLease> leases) {
    settle(leases.stream().map(lease -> Change.of(lease, Change.Kind.RELEASE, 0, 0)).toList());
  }

  private CompletionStage<List<Settled>> sendChanges(List<Change> changes) {
    CompletionStage<List<Settled>> sent = new ChangeBatch(changes).send(database, table, endRule());
    return sent.handle(
            (settled, failure) -> failure == null ? settled : unknown(changes.size(), failure))
        .thenApply(
            settled -> {
              wake(changes);
              return settled;
            });
  }

  /** What was changed may be ready, or have freed what is behind it. */
  private void wake(List<Change> changes) {
    long earliest = Millis.FAR;
    for (Change change : changes) {
      earliest =
          Math.min(
              earliest,
              switch (change.kind()) {
                case MOVE -> change.number();
                case RELEASE -> 0;
                case FORGET, REMEMBER, BURY -> spec.isOrdered() ? 0 : Millis.FAR;
                case BEGIN, RENEW -> Millis.FAR;
              });
    }
    ready(earliest);
  }

  private static List<Settled> unknown(int size, Throwable failure) {
    Throwable cause = Database.cause(failure);
    if (cause instanceof TransportException && !(cause instanceof StatementException)) {
      return Collections.nCopies(size, Settled.UNKNOWN);
    }
    throw cause instanceof TransportException known ? known : new CompletionException(cause);
  }

  void add(SqlSubscription subscription) {
    subscriptions.add(subscription);
  }

  void remove(SqlSubscription subscription) {
    subscriptions.remove(subscription);
  }

  /** A subscription that drains is at rest; if it is closed, nothing stays with it. */
  void closed(SqlSubscription subscription) {
    if (!subscriptions.contains(subscription)) {
      subscription.giveBack();
    }
  }

  /** Closes all subscriptions; completes when their leases are given back. */
  CompletionStage<Void> close() {
    List.copyOf(subscriptions).forEach(SqlSubscription::close);
    claimer.end();
    return CompletableFuture.allOf(
        publishing.atRest().toCompletableFuture(),
        marking.atRest().toCompletableFuture(),
        settling.atRest().toCompletableFuture());
  }
}
