// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.Settled;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Timers;
import dev.redrive.transport.rabbitmq.RabbitLease.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A subscription's leases that have not ended. Used by its loop alone, but for {@link #begin}. */
final class LeaseBook {
  private final RabbitSubscription owner;
  private final Timers timers;
  private final TreeSet<RabbitLease> held = new TreeSet<>(RabbitLease.BY_END);

  LeaseBook(RabbitSubscription owner, Timers timers) {
    this.owner = owner;
    this.timers = timers;
  }

  /** A message is handed over, for so long. */
  void hold(RabbitLease lease, Duration time) {
    lease.endsAt(timers.nanoTimeAfter(time));
    lease.state(State.HELD);
    held.add(lease);
  }

  /** Takes out those that have ended. */
  List<RabbitLease> ended() {
    long now = timers.nanoTime();
    List<RabbitLease> ended = new ArrayList<>();
    while (!held.isEmpty() && held.first().end() <= now) {
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

  /** When the next one ends, as {@link Timers#nanoTime}. */
  Optional<Long> nextEnd() {
    return held.isEmpty() ? Optional.empty() : Optional.of(held.first().end());
  }

  int size() {
    return held.size();
  }

  /** Whether an attempt may begin; nothing is written down, as there is no place for it. */
  Settled begin(Lease lease) {
    return held(lease).isPresent() ? Settled.DONE : Settled.STALE;
  }

  Settled renew(Lease lease, Duration by) {
    Optional<RabbitLease> mine = held(lease);
    mine.ifPresent(
        renewed -> {
          held.remove(renewed);
          hold(renewed, by);
        });
    return mine.isPresent() ? Settled.DONE : Settled.STALE;
  }

  /** Takes a lease out for its settlement, if it has not ended. */
  Optional<RabbitLease> claim(Lease lease) {
    Optional<RabbitLease> mine = held(lease);
    mine.ifPresent(
        claimed -> {
          held.remove(claimed);
          claimed.state(State.SETTLING);
        });
    return mine;
  }

  private Optional<RabbitLease> held(Lease lease) {
    return lease instanceof RabbitLease mine
            && mine.owner() == owner
            && mine.isHeld(timers.nanoTime())
        ? Optional.of(mine)
        : Optional.empty();
  }
}
