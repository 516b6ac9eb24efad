// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.Settled;
import dev.redrive.spi.Lease;
import dev.redrive.transport.rabbitmq.RabbitLease.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A subscription's leases that have not ended. Used by its loop alone, but for {@link #begin}. */
final class LeaseBook {
  private final RabbitSubscription owner;
  private final TreeSet<RabbitLease> held = new TreeSet<>(RabbitLease.BY_END);

  LeaseBook(RabbitSubscription owner) {
    this.owner = owner;
  }

  /** A message is handed over. */
  void hold(RabbitLease lease, Instant end) {
    lease.endsAt(end);
    lease.state(State.HELD);
    held.add(lease);
  }

  /** Takes out those that have ended. */
  List<RabbitLease> ended(Instant now) {
    List<RabbitLease> ended = new ArrayList<>();
    while (!held.isEmpty() && !now.isBefore(held.first().end())) {
      ended.add(held.pollFirst());
    }
    return ended;
  }

  /** Takes all out. */
  List<RabbitLease> all() {
    List<RabbitLease> all = List.copyOf(held);
    held.clear();
    return all;
  }

  /** When the next one ends. */
  Instant nextEnd() {
    return held.isEmpty() ? Instant.MAX : held.first().end();
  }

  int size() {
    return held.size();
  }

  /** Whether an attempt may begin; nothing is written down, as there is no place for it. */
  Settled begin(Lease lease, Instant now) {
    return held(lease, now).isPresent() ? Settled.DONE : Settled.STALE;
  }

  Settled renew(Lease lease, Instant now, Duration by) {
    Optional<RabbitLease> mine = held(lease, now);
    mine.ifPresent(
        renewed -> {
          held.remove(renewed);
          renewed.endsAt(now.plus(by));
          held.add(renewed);
        });
    return mine.isPresent() ? Settled.DONE : Settled.STALE;
  }

  /** Takes a lease out for its settlement, if it has not ended. */
  Optional<RabbitLease> claim(Lease lease, Instant now) {
    Optional<RabbitLease> mine = held(lease, now);
    mine.ifPresent(
        claimed -> {
          held.remove(claimed);
          claimed.state(State.SETTLING);
        });
    return mine;
  }

  private Optional<RabbitLease> held(Lease lease, Instant now) {
    return lease instanceof RabbitLease mine && mine.owner() == owner && mine.isHeld(now)
        ? Optional.of(mine)
        : Optional.empty();
  }
}
