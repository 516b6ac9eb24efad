// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.KafkaLease.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The records of a queue that are in hand: those that wait to be asked for, in the order in which
 * they are due, and those that are leased, in the order in which their leases end. Used by the
 * queue's thread alone.
 */
final class Hand {
  private static final int WAITING_MAX = 1_000;
  private static final long BYTES_MAX = 32L * 1_024 * 1_024;

  private final TreeSet<KafkaLease> waiting = new TreeSet<>(KafkaLease.BY_DUE_TIME);
  // Put aside until a time; in the order of these times, as all are put aside for equally long.
  private final Deque<Aside> aside = new ArrayDeque<>();
  // Kept until they are due.
  private final TreeSet<KafkaLease> early = new TreeSet<>(KafkaLease.BY_DUE_TIME);
  private final TreeSet<KafkaLease> held = new TreeSet<>(KafkaLease.BY_END);
  private long bytes;

  private record Aside(KafkaLease lease, long until) {}

  /** One more that waits. */
  void add(KafkaLease lease) {
    waiting.add(lease);
    bytes += lease.content().body().length;
  }

  /** One more that waits, and is not to be looked at before. */
  void putAside(KafkaLease lease, long until) {
    aside.add(new Aside(lease, until));
    bytes += lease.content().body().length;
  }

  /** Takes out those that were put aside until now. */
  List<KafkaLease> fromAside(long now) {
    List<KafkaLease> over = new ArrayList<>();
    while (!aside.isEmpty() && aside.peek().until() - now <= 0) {
      KafkaLease lease = aside.remove().lease();
      bytes -= lease.content().body().length;
      if (lease.state() == State.IN_HAND) {
        over.add(lease);
      }
    }
    return over;
  }

  /** One more that is here anyway, and is not to be looked at before it is due. */
  void keepUntilDue(KafkaLease lease) {
    early.add(lease);
  }

  /** Takes out those that were kept and are due at a time. */
  List<KafkaLease> due(Instant at) {
    List<KafkaLease> due = new ArrayList<>();
    while (!early.isEmpty() && !early.first().dueAt().isAfter(at)) {
      due.add(early.pollFirst());
    }
    return due;
  }

  /** How long none of them is due, in nanoseconds; a very long time if there is none. */
  long untilDue(Instant at) {
    return early.isEmpty() ? Long.MAX_VALUE : nanos(Duration.between(at, early.first().dueAt()));
  }

  private static long nanos(Duration time) {
    return time.isNegative() ? 0 : time.toDays() > 1 ? Long.MAX_VALUE : time.toNanos();
  }

  /** Whether more are to be taken. */
  boolean isOpen() {
    return waiting.size() + aside.size() < WAITING_MAX && bytes < BYTES_MAX;
  }

  /** Takes out the one that is to be handed over next. */
  Optional<KafkaLease> next() {
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    KafkaLease next = waiting.first();
    remove(next);
    return Optional.of(next);
  }

  private void remove(KafkaLease lease) {
    if (waiting.remove(lease)) {
      bytes -= lease.content().body().length;
    }
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** It is handed over. */
  void hold(KafkaLease lease, KafkaSubscription by, long until) {
    lease.holding().makeBusy();
    lease.hold(by, until);
    held.add(lease);
  }

  /** Its end is moved. */
  void renew(KafkaLease lease, long until) {
    held.remove(lease);
    lease.endsAt(until);
    held.add(lease);
  }

  /** A settlement of it begins. */
  void claim(KafkaLease lease) {
    held.remove(lease);
    lease.state(State.SETTLING);
  }

  /** Takes out those whose leases have ended. */
  List<KafkaLease> ended(long now) {
    List<KafkaLease> ended = new ArrayList<>();
    while (!held.isEmpty() && held.first().endsAt() - now <= 0) {
      KafkaLease lease = held.pollFirst();
      if (lease.state() == KafkaLease.State.HELD) {
        ended.add(lease);
      }
    }
    return ended;
  }

  /** Takes out those that a subscription holds. */
  List<KafkaLease> heldBy(KafkaSubscription subscription) {
    List<KafkaLease> mine = held.stream().filter(lease -> lease.isHeldBy(subscription)).toList();
    mine.forEach(held::remove);
    return mine;
  }

  /** Forgets records that are not here any more. */
  void drop(List<KafkaLease> lost) {
    lost.forEach(
        lease -> {
          remove(lease);
          early.remove(lease);
          held.remove(lease);
        });
  }

  /** How long nothing is to be done by itself; a very long time if nothing ever is. */
  long rest(long now) {
    long untilEnd = held.isEmpty() ? Long.MAX_VALUE : held.first().endsAt() - now;
    long untilOver = aside.isEmpty() ? Long.MAX_VALUE : aside.peek().until() - now;
    return Math.max(0, Math.min(untilEnd, untilOver));
  }

  int heldCount() {
    return held.size();
  }
}
