// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.InMessage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Which messages are in hand, and who gets the next one. What comes into hands is placed: it waits
 * to be asked for, or behind others in line, or it is sent off to wait elsewhere. Used by the
 * queue's thread alone.
 */
final class Placement {
  // Clocks that disagree may take a message off the ladder at once: it is not to come and go as
  // fast as it can. Nor is one that cannot be moved.
  private static final long ASIDE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SLICE = 50;

  private final Hand hand;
  private final Settler settler;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private int turn;

  /**
   * @param nanoTime as {@code Timers.nanoTime}
   */
  Placement(Hand hand, Settler settler, InstantSource clock, LongSupplier nanoTime) {
    this.hand = hand;
    this.settler = settler;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Takes records into hands, some of each partition in turn. */
  void take(List<Holding> holdings) {
    boolean isMore = true;
    while (isMore && hand.isOpen()) {
      isMore = false;
      for (int i = 0; i < holdings.size() && hand.isOpen(); i++) {
        isMore |= takeSlice(holdings.get(Math.floorMod(turn + i, holdings.size())));
      }
    }
  }

  /** False if there is nothing more to take of this partition now. */
  private boolean takeSlice(Holding holding) {
    Instant now = clock.instant();
    for (int i = 0; i < SLICE && hand.isOpen(); i++) {
      Optional<KafkaLease> taken = holding.take(now);
      holding.arrived().forEach(this::place);
      if (taken.isEmpty()) {
        return false;
      }
      place(taken.get());
    }
    return true;
  }

  /** Places again what is to be looked at now: leases that have ended, and what was put aside. */
  void goOn(long now) {
    hand.ended(now).forEach(this::comesAgain);
    hand.fromAside(now).forEach(this::placeOrPostpone);
    hand.due(clock.instant()).forEach(this::place);
  }

  /** What is due before long waits to be asked for; the rest goes to the ladder in a moment. */
  private void place(KafkaLease lease) {
    if (lease.isInLine()) {
      placeInLine(lease);
    } else if (isEarly(lease)) {
      hand.putAside(lease, nanoTime.getAsLong() + ASIDE_NANOS);
    } else {
      hand.add(lease);
    }
  }

  private void placeOrPostpone(KafkaLease lease) {
    if (!lease.isInLine() && isEarly(lease)) {
      settler.postpone(lease);
    } else {
      place(lease);
    }
  }

  private boolean isEarly(KafkaLease lease) {
    return lease.dueAt().isAfter(clock.instant().plus(Ladder.EARLIEST));
  }

  private void placeInLine(KafkaLease lease) {
    Lines lines = lease.holding().lines().orElseThrow();
    lines.stand(new Lines.Spot(lease, false));
    if (!lines.isFirst(lease)) {
      if (lines.isToPark(lease)) {
        settler.park(lease);
      }
    } else if (!lease.dueAt().isAfter(clock.instant())) {
      hand.add(lease);
    } else if (lease.isParked() || !isEarly(lease)) {
      hand.keepUntilDue(lease);
    } else {
      settler.park(lease);
    }
  }

  /**
   * A message that stood in line is settled.
   *
   * @param after what stands at its place now
   */
  void settled(KafkaLease lease, Optional<Lines.Spot> after) {
    lease
        .holding()
        .lines()
        .filter(lines -> lease.isInLine())
        .ifPresent(
            lines -> after.ifPresentOrElse(spot -> stays(lines, spot), () -> leaves(lines, lease)));
  }

  private void stays(Lines lines, Lines.Spot spot) {
    KafkaLease lease = spot.lease();
    lines.stand(spot);
    if (!spot.isDead()) {
      place(lease);
    }
    lines.toPark(lease.line()).forEach(settler::park);
    if (spot.isDead()) {
      lines
          .expected(lease.offset())
          .ifPresent(wanted -> bringBack(lease.holding(), lease.line(), wanted));
    }
  }

  /** What a person wants is done with one that is dead, in this line. */
  void bringBack(Holding holding, String line, Parked wanted) {
    KafkaLease lease = KafkaLease.parked(holding, wanted.message(), line, 0);
    holding.lines().orElseThrow().stand(new Lines.Spot(lease, true));
    settler.bringBack(lease, wanted.state());
  }

  private void leaves(Lines lines, KafkaLease lease) {
    lines.leave(lease).ifPresent(this::place);
  }

  /** The lease has ended, and its record is in hand again. */
  void comesAgain(KafkaLease ended) {
    KafkaLease again = ended.holding().takeAgain(ended);
    if (ended.isBegun()) {
      // Its attempt does not count.
      settler.park(again);
    } else {
      place(again);
    }
  }

  /** The same, after a moment. */
  void comesLater(KafkaLease ended) {
    KafkaLease again = ended.holding().takeAgain(ended);
    hand.putAside(again, nanoTime.getAsLong() + ASIDE_NANOS);
  }

  /** What is in hand goes to who asked for it, to each in turn. */
  void handOver(List<KafkaSubscription> subscriptions, long now) {
    for (int i = 0; i < subscriptions.size() && hand.hasWaiting(); i++) {
      KafkaSubscription subscription =
          subscriptions.get(Math.floorMod(turn + i, subscriptions.size()));
      List<InMessage> messages = new ArrayList<>();
      while (messages.size() < subscription.credit() && hand.hasWaiting()) {
        KafkaLease lease = hand.next().orElseThrow();
        if (isEarly(lease) || (lease.isInLine() && lease.dueAt().isAfter(clock.instant()))) {
          // The clock was set back since.
          hand.putAside(lease, now + ASIDE_NANOS);
        } else {
          hand.hold(lease, subscription, now + subscription.leaseNanos());
          messages.add(lease.message());
        }
      }
      if (!messages.isEmpty()) {
        subscription.handOver(messages);
      }
    }
    turn++;
  }

  /** How long nothing is to be done by itself, in nanoseconds; a very long time if nothing is. */
  long rest(long now) {
    return Math.min(hand.rest(now), hand.untilDue(clock.instant()));
  }
}
