// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.SendRefusedException;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Replay;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Timers;
import dev.redrive.transport.memory.Entry.Place;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a queue holds, and each change that can happen to a message. It has no clock, no threads and
 * no consumers: those are {@link MemoryQueue}'s. Guarded by {@link #lock}.
 *
 * <p>Invariant: an entry is in exactly one of {@code waiting}, {@code leases} and {@code shelf},
 * and, while it is in one of them, in {@code ids} and (of an ordered queue) in {@code lanes}.
 */
final class QueueState {
  private final Object lock = new Object();
  private final WaitingRoom waiting = new WaitingRoom();
  private final TreeSet<MemoryLease> leases = new TreeSet<>(MemoryLease::byEnd);
  private final KeyLanes lanes = new KeyLanes();
  private final Budget budget;
  private final Ids ids;
  private final DeadShelf shelf;
  private QueueSpec spec;
  private long sent;
  private long lastNumber;
  private long succeeded;
  private long cancelled;
  private long purged;
  private long leasesGiven;

  QueueState(QueueSpec spec, Budget budget) {
    this.spec = spec;
    this.budget = budget;
    this.ids = new Ids(budget);
    this.shelf = new DeadShelf(spec.name());
    lanes.reset(spec.isOrdered());
  }

  /** Held by the caller of each of the other methods, but for the shelf's reading ones. */
  Object lock() {
    return lock;
  }

  DeadShelf shelf() {
    return shelf;
  }

  /** Follows a changed spec. */
  void adapt(QueueSpec changed) {
    boolean isReordered = changed.isOrdered() != spec.isOrdered();
    spec = changed;
    if (isReordered) {
      lanes.reset(changed.isOrdered());
      ids.allPresent().stream()
          .filter(entry -> !(changed.goesOn() && entry.place() == Place.DEAD))
          .forEach(lanes::add);
      waiting.removeAll().forEach(this::await);
    }
  }

  PublishResult publish(OutMessage message, Instant now, long maxBytes) {
    Optional<PublishResult> known = known(message.id(), now);
    if (known.isPresent()) {
      return known.get();
    }
    if (spec.maxWaiting().isPresent() && waiting.size() >= spec.maxWaiting().getAsLong()) {
      return new PublishResult.Refused(
          SendRefusedException.Cause.OVERFLOW,
          "queue %s holds %d waiting messages, as many as it may; send again when some are processed"
              .formatted(spec.name(), waiting.size()));
    }
    Entry entry = new Entry(message, lastNumber + 1, now);
    if (!budget.hasRoom(entry.bytes(), maxBytes)) {
      return new PublishResult.Refused(
          SendRefusedException.Cause.NO_SPACE,
          "messages take the %d bytes of memory they may; process or purge some, or raise maxBytes"
              .formatted(maxBytes));
    }
    sent++;
    lastNumber++;
    budget.charge(entry.bytes());
    ids.add(entry);
    lanes.add(entry);
    await(entry);
    return PublishResult.Accepted.INSTANCE;
  }

  private Optional<PublishResult> known(String id, Instant now) {
    Optional<Entry> present = ids.present(id);
    if (present.isPresent()) {
      Entry entry = present.get();
      Instant at = entry.place() == Place.DEAD ? shelf.letter(entry).diedAt() : entry.dueAt();
      return Optional.of(new PublishResult.Duplicate(state(entry, now), at));
    }
    return ids.ended(id, now).map(old -> new PublishResult.Duplicate(old.state(), old.at()));
  }

  private void await(Entry entry) {
    waiting.add(entry, lanes.isFree(entry));
  }

  /** Leases the entry that is due for the longest time, if there is one, until that end. */
  Optional<MemoryLease> lease(Instant now, MemorySubscription holder, long end) {
    return waiting
        .takeDue(now)
        .map(
            entry -> {
              MemoryLease lease = new MemoryLease(entry, holder, ++leasesGiven, end);
              entry.lease(lease);
              leases.add(lease);
              holder.leased(lease);
              return lease;
            });
  }

  /** When the next lease ends, as {@link Timers#nanoTime}. */
  Optional<Long> nextLeaseEnd() {
    return leases.isEmpty() ? Optional.empty() : Optional.of(leases.first().end());
  }

  Optional<Instant> nextDue() {
    return waiting.nextDue();
  }

  /**
   * Puts entries back whose leases have ended; their attempts do not count.
   *
   * @param now as {@link Timers#nanoTime}: a clock that is set must end no lease
   */
  void expire(long now) {
    while (!leases.isEmpty() && leases.first().end() <= now) {
      giveBack(leases.first());
    }
  }

  void renew(MemoryLease lease, long end) {
    leases.remove(lease);
    lease.end(end);
    leases.add(lease);
  }

  /** Ends the lease without a count, unless it was lost before. */
  void giveBack(MemoryLease lease) {
    if (lease.entry().isHeldBy(lease)) {
      await(unlease(lease, Place.WAITING));
    }
  }

  /** What is left after a crash of the consumers: attempts that had begun count. */
  void recover() {
    for (MemoryLease lease : List.copyOf(leases)) {
      if (lease.entry().isBegun()) {
        lease.entry().countCrash();
      }
      giveBack(lease);
    }
  }

  private Entry unlease(MemoryLease lease, Place next) {
    leases.remove(lease);
    lease.holder().unleased(lease);
    lease.entry().unlease(next);
    return lease.entry();
  }

  void ack(MemoryLease lease, Instant now) {
    Entry entry = unlease(lease, Place.ENDED);
    succeeded++;
    end(entry, MessageState.SUCCEEDED, entry.attempt(), now);
  }

  void discard(MemoryLease lease, Instant now) {
    Entry entry = unlease(lease, Place.ENDED);
    cancelled++;
    end(entry, MessageState.CANCELLED, entry.attempt() - 1, now);
  }

  void retry(MemoryLease lease, Settlement.Retry retry) {
    Entry entry = unlease(lease, Place.WAITING);
    entry.countAttempt();
    entry.dueAt(retry.dueAt());
    addHeaders(entry, retry.headers());
    await(entry);
  }

  void defer(MemoryLease lease, Settlement.Defer defer) {
    Entry entry = unlease(lease, Place.WAITING);
    entry.dueAt(defer.dueAt());
    addHeaders(entry, defer.headers());
    await(entry);
  }

  void die(MemoryLease lease, Settlement.Dead dead, Instant now) {
    Entry entry = unlease(lease, Place.DEAD);
    addHeaders(entry, dead.headers());
    budget.charge(shelf.add(entry, dead, now));
    if (spec.goesOn()) {
      lanes.remove(entry).ifPresent(waiting::free);
    }
  }

  private void addHeaders(Entry entry, Map<String, String> headers) {
    long before = entry.bytes();
    entry.addHeaders(headers);
    budget.charge(entry.bytes() - before);
  }

  /** True if the message waited and is taken back now. */
  boolean cancel(String id, Instant now) {
    Optional<Entry> entry = ids.present(id).filter(each -> each.place() == Place.WAITING);
    entry.ifPresent(
        each -> {
          waiting.remove(each);
          each.unlease(Place.ENDED);
          cancelled++;
          end(each, MessageState.CANCELLED, each.attempt() - 1, now);
        });
    return entry.isPresent();
  }

  private void end(Entry entry, MessageState state, int attempts, Instant now) {
    ids.end(entry, state, attempts, now, spec.dedupWindow());
    lanes.remove(entry).ifPresent(waiting::free);
    budget.release(entry.bytes());
  }

  /** Sends the dead letter of this number back; false if it is not there any more. */
  boolean replay(long deathNumber, Instant now) {
    Optional<Entry> entry = dead(deathNumber);
    entry.ifPresent(
        each -> {
          budget.release(shelf.remove(each));
          long before = each.bytes();
          each.revive(now, Replay.headers(each.headers(), now));
          budget.charge(each.bytes() - before);
          if (lanes.hasLeft(each)) {
            each.moveTo(++lastNumber);
            lanes.add(each);
          }
          await(each);
        });
    return entry.isPresent();
  }

  /** Deletes the dead letter of this number; false if it is not there any more. */
  boolean purge(long deathNumber, Instant now) {
    Optional<Entry> entry = dead(deathNumber);
    entry.ifPresent(
        each -> {
          int attempts = shelf.letter(each).attempts();
          budget.release(shelf.remove(each));
          each.unlease(Place.ENDED);
          purged++;
          end(each, MessageState.CANCELLED, attempts, now);
        });
    return entry.isPresent();
  }

  private Optional<Entry> dead(long deathNumber) {
    return shelf
        .id(deathNumber)
        .flatMap(ids::present)
        .filter(each -> each.place() == Place.DEAD && each.deathNumber() == deathNumber);
  }

  Optional<Entry> dead(String id) {
    return ids.present(id).filter(each -> each.place() == Place.DEAD);
  }

  private MessageState state(Entry entry, Instant now) {
    if (entry.place() == Place.DEAD) {
      return MessageState.DEAD;
    }
    if (entry.place() == Place.LEASED) {
      return MessageState.RUNNING;
    }
    if (!entry.dueAt().isAfter(now) && waiting.isBlocked(entry)) {
      return MessageState.HELD;
    }
    if (entry.attempt() > 1) {
      return MessageState.RETRYING;
    }
    return entry.dueAt().isAfter(now) ? MessageState.SCHEDULED : MessageState.READY;
  }

  Optional<MessageStatus> find(String id, Instant now) {
    Optional<MessageStatus> present = ids.present(id).map(entry -> status(entry, now));
    return present.isPresent()
        ? present
        : ids.ended(id, now)
            .map(
                old ->
                    new MessageStatus(
                        id,
                        spec.name(),
                        old.state(),
                        old.attempts(),
                        Optional.empty(),
                        old.firstSeen(),
                        List.of()));
  }

  private MessageStatus status(Entry entry, Instant now) {
    boolean isDead = entry.place() == Place.DEAD;
    return new MessageStatus(
        entry.id(),
        spec.name(),
        state(entry, now),
        isDead ? shelf.letter(entry).attempts() : entry.attemptsCounted(),
        isDead ? Optional.empty() : Optional.of(entry.dueAt()),
        entry.firstSeen(),
        DeadShelf.history(entry));
  }

  QueueStats stats(Instant now) {
    return new QueueStats(
        sent,
        waiting.size(),
        waiting.retrying(),
        leases.size(),
        succeeded,
        shelf.size(),
        purged,
        cancelled,
        waiting.oldestDue(now));
  }
}
