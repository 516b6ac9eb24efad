// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Timers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What is known of one queue in memory.
 *
 * <p>One lock, the object's own, guards the frontier, the holdings and the demand; {@link Leases}
 * shares it. It is held for moments only, never during input or output or a call to anybody else.
 * The ledger and the low-water mark are written by the committing thread alone.
 */
final class QueueState {
  /** With more keys than this to look after, the queue is read again from its low-water mark. */
  private static final int FREED_KEYS_MAX = 1_000;

  private static final long NEVER = Long.MAX_VALUE;

  private final int number;
  private final String name;
  private volatile QueueSpec spec;
  private final EndBuckets ends;
  private final Consumer<QueueState> onWork;

  private Ledger ledger;
  private volatile CountRecord counts;
  private volatile Place low;
  private long insertedNow = NEVER;
  private int settledNow;

  private final Frontier frontier;
  private final Holdings holdings = new Holdings();
  private final Demand demand = new Demand();
  private final Set<String> freedKeys = new LinkedHashSet<>();

  /** No message at or after the frontier is due before this. */
  private long unreadDue;

  private long insertedWhileReading = NEVER;

  /** What the reading under way finds is not what is there any more. */
  private boolean isReadingVoid;

  /**
   * A queue as it stands in the store.
   *
   * @param onWork called when there may be something to hand over
   */
  QueueState(
      QueueRecord record,
      CountRecord counts,
      Place low,
      EndBuckets ends,
      Consumer<QueueState> onWork) {
    this.number = record.number();
    this.name = record.spec().name();
    this.spec = record.spec();
    this.ends = ends;
    this.onWork = onWork;
    this.ledger = new Ledger(counts);
    this.counts = counts;
    this.low = low;
    this.frontier = new Frontier(low);
  }

  int number() {
    return number;
  }

  String name() {
    return name;
  }

  QueueSpec spec() {
    return spec;
  }

  void spec(QueueSpec newSpec) {
    spec = newSpec;
    ends.window(Times.span(newSpec.dedupWindow()));
  }

  boolean isOrdered() {
    return spec.isOrdered();
  }

  /** True if lines go on behind a message that dies now. */
  boolean goesOn() {
    return spec.goesOn();
  }

  EndBuckets ends() {
    return ends;
  }

  /** The leases of this queue's messages. */
  Leases leases() {
    return new Leases(this, holdings, demand);
  }

  /** There may be something to hand over. */
  void work() {
    onWork.accept(this);
  }

  /** The counts after the last commit. */
  CountRecord counts() {
    return counts;
  }

  Ledger ledger() {
    return ledger;
  }

  /** No message stands before this. */
  Place low() {
    return low;
  }

  void low(Place place) {
    low = place;
  }

  /** How many messages will wait once the batch under way is written. */
  synchronized long waitingCount() {
    return ledger.live() - (holdings.leaseCount() - settledNow);
  }

  /** See {@link Frontier#stamp}. */
  synchronized long beginBatch(long now, long firstSeq) {
    followClock(now);
    insertedNow = NEVER;
    settledNow = 0;
    return frontier.stamp(now, firstSeq);
  }

  /** The batch under way puts a message that is due then. On the committing thread. */
  void inserted(long due) {
    insertedNow = Math.min(insertedNow, due);
  }

  /** The batch under way settles a lease. On the committing thread. */
  void settledNow() {
    settledNow++;
  }

  /** See {@link Frontier#committed}. */
  void endBatch() {
    counts = ledger.counts();
    synchronized (this) {
      frontier.committed();
      unreadDue = Math.min(unreadDue, insertedNow);
      insertedWhileReading = Math.min(insertedWhileReading, insertedNow);
    }
    onWork.accept(this);
  }

  private void followClock(long now) {
    if (frontier.isAheadOf(now)) {
      readAgainFrom(new Place(now, 0));
    }
  }

  /** Forgets how far the queue was read. */
  synchronized void readAgain() {
    readAgainFrom(low);
  }

  private void readAgainFrom(Place place) {
    frontier.moveBack(place);
    unreadDue = 0;
  }

  /**
   * Begins anew with what the store has, after a write that may or may not stand there. Leases
   * stay; the caller drops those whose messages are gone. On the committing thread.
   *
   * @return the leases
   */
  synchronized List<EmbeddedLease> reload(CountRecord newCounts, Place newLow) {
    ledger = new Ledger(newCounts);
    counts = newCounts;
    low = newLow;
    isReadingVoid = true;
    frontier.committed();
    holdings.clearReady();
    readAgainFrom(newLow);
    return holdings.leases();
  }

  /** What a reading is to find, or empty if nothing is wanted or due. */
  synchronized Optional<Reading> beginReading(long now, long seqToCome, int readyMax) {
    followClock(now);
    Place bound = frontier.bound(now, seqToCome);
    boolean isWanted =
        demand.total() > 0 && holdings.hasRoom(Math.min(readyMax, demand.total()), now);
    if (!isWanted || unreadDue > now || !frontier.next().isBefore(bound)) {
      return Optional.empty();
    }
    beginReading();
    frontier.read();
    insertedWhileReading = NEVER;
    return Optional.of(new Reading(frontier.next(), bound));
  }

  private void beginReading() {
    holdings.beginReading();
    isReadingVoid = false;
  }

  /**
   * Ends a reading and takes what it found.
   *
   * @param end everything before it was read
   * @param nextDue no message that stood at or after {@code end} is due before this
   */
  synchronized void endReading(List<Found> found, Place end, long nextDue) {
    if (!isReadingVoid) {
      found.forEach(this::hold);
      boolean isWhole = frontier.advance(end).equals(end);
      unreadDue = isWhole ? Math.min(nextDue, insertedWhileReading) : 0;
    }
    holdings.endReading();
  }

  /** Ends the reading of a line, and takes its head, unless a reading is still to find it. */
  synchronized void endReadingHead(Optional<Found> head) {
    boolean isPassed = head.isPresent() && head.get().place().isBefore(frontier.next());
    if (isPassed && !isReadingVoid) {
      hold(head.get());
    }
    holdings.endReading();
  }

  /** Ends a reading that failed. */
  synchronized void abandonReading() {
    holdings.endReading();
  }

  private void hold(Found found) {
    if (!holdings.holds(found.place())) {
      holdings.add(found.place(), found.message());
    }
  }

  /** A message of this key left its line: the next one may be handed over. */
  synchronized void free(String key) {
    if (!isOrdered() || key.isEmpty()) {
      return;
    }
    if (freedKeys.size() < FREED_KEYS_MAX) {
      freedKeys.add(key);
    } else {
      freedKeys.clear();
      readAgain();
    }
  }

  /** A key whose line may have a new head, taken; the caller must end the reading it begins. */
  synchronized Optional<String> takeFreedKey() {
    if (freedKeys.isEmpty()) {
      return Optional.empty();
    }
    String key = freedKeys.iterator().next();
    freedKeys.remove(key);
    beginReading();
    return Optional.of(key);
  }

  /**
   * Leases due messages to the subscription whose turn it is; empty if there is nothing to do.
   *
   * @param now by which it is told what is due
   * @param nanoTime from which the leases take their time
   */
  synchronized Optional<HandOver> handOver(long now, long nanoTime, int max) {
    Optional<Taker> turn = demand.next();
    if (turn.isEmpty()) {
      return Optional.empty();
    }
    Taker owner = turn.get();
    List<EmbeddedLease> leases =
        holdings.lease(
            owner, Math.min(max, demand.credit(owner)), now, nanoTime + owner.leaseNanos());
    demand.spend(owner, leases.size());
    return leases.isEmpty() ? Optional.empty() : Optional.of(new HandOver(owner, leases));
  }

  /** Takes back the messages whose leases are over. Returns those whose attempt had begun. */
  synchronized List<EmbeddedLease> expire(long nanoTime) {
    List<EmbeddedLease> marked = new ArrayList<>();
    Optional<EmbeddedLease> first = holdings.firstToEnd();
    while (first.isPresent() && first.get().end() <= nanoTime) {
      holdings.giveBack(first.get());
      if (first.get().isMarked()) {
        marked.add(first.get());
      }
      first = holdings.firstToEnd();
    }
    return marked;
  }

  /** When something becomes due that somebody waits for; empty if nothing does. */
  synchronized OptionalLong nextDue(long now) {
    if (demand.total() == 0) {
      return OptionalLong.empty();
    }
    long ready = later(now, holdings.firstReady().orElse(NEVER));
    // What is due already and cannot be read yet is being committed, which calls at its end.
    long unread = later(now, Math.max(unreadDue, frontier.next().time()));
    long due = Math.min(ready, unread);
    return due == NEVER ? OptionalLong.empty() : OptionalLong.of(due);
  }

  /** When the next lease ends, as {@link Timers#nanoTime}; empty if there is none. */
  synchronized OptionalLong nextLeaseEnd() {
    return holdings.firstToEnd().stream().mapToLong(EmbeddedLease::end).findFirst();
  }

  private static long later(long now, long time) {
    return time > now ? time : NEVER;
  }

  /** Keeps a message from being handed over. False if it is leased or reserved. */
  synchronized boolean reserve(Place place) {
    return holdings.reserve(place);
  }

  /** A reserved message has left its place. */
  synchronized void released(Place place) {
    holdings.released(place);
  }

  /** A reserved message stays in its place. */
  synchronized void unreserve(Place place) {
    holdings.unreserve(place);
    readAgainFrom(place);
  }

  /** True if somebody has the message that stands there. */
  synchronized boolean isLeased(Place place) {
    return holdings.leaseAt(place).isPresent();
  }

  /** True if an attempt of the message that stands there has begun. */
  synchronized boolean hasBegun(Place place) {
    return holdings.leaseAt(place).filter(EmbeddedLease::isMarked).isPresent();
  }

  /** No message that is in memory or unread stands before this; those waiting in lines may. */
  synchronized Place firstHeld() {
    return holdings.first(frontier.next());
  }

  /** No message stands before this. */
  Place firstWaiting() {
    return isOrdered() ? low : firstHeld();
  }
}
