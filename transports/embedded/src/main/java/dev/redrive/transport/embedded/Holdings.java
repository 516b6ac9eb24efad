// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The messages of a queue that are in memory: read and not yet handed over, leased, or reserved for
 * a change. A message is in one of these at most.
 *
 * <p>Not thread-safe: guarded by its queue's lock.
 */
final class Holdings {
  /** Larger messages are read fewer at a time. */
  static final int READY_BYTES_MAX = 4 << 20;

  private final TreeMap<Place, MessageRecord> ready = new TreeMap<>();
  private final Map<Long, EmbeddedLease> leases = new HashMap<>();
  private final TreeSet<EmbeddedLease> byEnd = new TreeSet<>();
  private final Map<Long, Place> reserved = new HashMap<>();

  /** What left while a reading was under way that may still see it. */
  private final Set<Long> ghosts = new HashSet<>();

  private boolean isReading;
  private long readyBytes;
  private int retriedLeases;

  boolean holds(Place place) {
    return ready.containsKey(place)
        || leases.containsKey(place.seq())
        || reserved.containsKey(place.seq())
        || ghosts.contains(place.seq());
  }

  void beginReading() {
    isReading = true;
  }

  void endReading() {
    isReading = false;
    ghosts.clear();
  }

  /** Takes a message that is due, or will be. */
  void add(Place place, MessageRecord message) {
    if (ready.put(place, message) == null) {
      readyBytes += message.body().length;
    }
  }

  /** True if more messages may be read: those that are ready are few and small. */
  boolean hasRoom(int readyMax, long now) {
    // What is not due any more, after a step back of the clock, must not keep out what is.
    return ready.isEmpty()
        || ready.firstKey().time() > now
        || (ready.size() < readyMax && readyBytes < READY_BYTES_MAX);
  }

  /** When the first message that is ready is due; empty if none is ready. */
  Optional<Long> firstReady() {
    return ready.isEmpty() ? Optional.empty() : Optional.of(ready.firstKey().time());
  }

  /** Leases the first messages that are due, until this end. */
  List<EmbeddedLease> lease(Taker owner, int max, long now, long end) {
    List<EmbeddedLease> taken = new ArrayList<>();
    while (taken.size() < max && !ready.isEmpty() && ready.firstKey().time() <= now) {
      Map.Entry<Place, MessageRecord> first = ready.pollFirstEntry();
      readyBytes -= first.getValue().body().length;
      EmbeddedLease lease = new EmbeddedLease(owner, first.getKey(), first.getValue(), end);
      leases.put(lease.place().seq(), lease);
      byEnd.add(lease);
      retriedLeases += retriedCount(lease);
      taken.add(lease);
    }
    return taken;
  }

  /** True if this lease was not lost; it may be about to end with a settlement. */
  boolean isThere(EmbeddedLease lease) {
    EmbeddedLease there = leases.get(lease.place().seq());
    return there != null && there.equals(lease);
  }

  /** True if this lease was not lost, and is not being settled. */
  boolean isHeld(EmbeddedLease lease) {
    return isThere(lease) && !lease.isSettling();
  }

  Optional<EmbeddedLease> leaseAt(Place place) {
    return Optional.ofNullable(leases.get(place.seq()));
  }

  void renew(EmbeddedLease lease, long end) {
    byEnd.remove(lease);
    lease.end(end);
    byEnd.add(lease);
  }

  /** The lease will end with a settlement, not by itself. */
  void beginSettling(EmbeddedLease lease) {
    lease.settling(true);
    byEnd.remove(lease);
  }

  /** The settlement was refused, and changed nothing. */
  void abandonSettling(EmbeddedLease lease) {
    lease.settling(false);
    byEnd.add(lease);
  }

  /** The message of this lease has left its place. */
  void settled(EmbeddedLease lease) {
    end(lease);
    leave(lease.place());
  }

  /** Ends a lease: its message is ready again. */
  void giveBack(EmbeddedLease lease) {
    end(lease);
    add(lease.place(), lease.message());
  }

  /** Ends a lease: its message is reserved until it is given back. */
  void seize(EmbeddedLease lease) {
    end(lease);
    reserved.put(lease.place().seq(), lease.place());
  }

  void giveBackSeized(EmbeddedLease lease) {
    reserved.remove(lease.place().seq());
    add(lease.place(), lease.message());
  }

  private void end(EmbeddedLease lease) {
    leases.remove(lease.place().seq());
    byEnd.remove(lease);
    retriedLeases -= retriedCount(lease);
  }

  List<EmbeddedLease> leases() {
    return List.copyOf(leases.values());
  }

  void clearReady() {
    ready.clear();
    readyBytes = 0;
  }

  /** The lease that ends first; empty if there is none. */
  Optional<EmbeddedLease> firstToEnd() {
    return byEnd.isEmpty() ? Optional.empty() : Optional.of(byEnd.first());
  }

  List<EmbeddedLease> leasesOf(Taker owner) {
    return byEnd.stream().filter(lease -> lease.owner() == owner).toList();
  }

  int leaseCount() {
    return leases.size();
  }

  /** Of the leased messages, those with attempts behind them. */
  int retriedLeaseCount() {
    return retriedLeases;
  }

  /** Keeps a message from being handed over. False if it is leased or reserved. */
  boolean reserve(Place place) {
    if (leases.containsKey(place.seq()) || reserved.containsKey(place.seq())) {
      return false;
    }
    MessageRecord message = ready.remove(place);
    if (message != null) {
      readyBytes -= message.body().length;
    }
    reserved.put(place.seq(), place);
    return true;
  }

  /** The reserved message has left its place. */
  void released(Place place) {
    reserved.remove(place.seq());
    leave(place);
  }

  /** The reserved message stays. */
  void unreserve(Place place) {
    reserved.remove(place.seq());
  }

  /** The first place of all that is held, or the given one if that is before. */
  Place first(Place limit) {
    Place first = ready.isEmpty() ? limit : Place.min(limit, ready.firstKey());
    for (EmbeddedLease lease : leases.values()) {
      first = Place.min(first, lease.place());
    }
    for (Place place : reserved.values()) {
      first = Place.min(first, place);
    }
    return first;
  }

  private void leave(Place place) {
    if (isReading) {
      ghosts.add(place.seq());
    }
  }

  private static int retriedCount(EmbeddedLease lease) {
    return lease.message().attempts() > 0 ? 1 : 0;
  }
}
