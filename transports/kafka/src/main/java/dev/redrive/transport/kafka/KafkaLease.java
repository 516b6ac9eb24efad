// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * A record that a process has in hand, first to wait until it is asked for, then leased.
 *
 * <p>Its token is the process's membership in the group: as long as it lasts, nobody else is given
 * the partition, and once it is over, the broker takes no commit by it. Within the process a record
 * that comes into hands again gets another lease. Used by the queue's thread alone, but for {@link
 * #isHeldBy} and {@link #endsAt()}.
 */
final class KafkaLease implements Lease {
  /** Those due earlier first, and of one due time those that came earlier. */
  static final Comparator<KafkaLease> BY_DUE_TIME =
      Comparator.comparing(KafkaLease::dueAt)
          .thenComparingLong(KafkaLease::offset)
          .thenComparingInt(lease -> lease.holding.partition().partition());

  /** Those first whose lease ends first. */
  static final Comparator<KafkaLease> BY_END =
      Comparator.comparingLong((KafkaLease lease) -> lease.endsAt)
          .thenComparingLong(KafkaLease::offset)
          .thenComparingInt(lease -> lease.holding.partition().partition());

  enum State {
    /** Here, and not handed over. */
    IN_HAND,
    /** Handed over. */
    HELD,
    /** A settlement is on its way; the lease does not end meanwhile. */
    SETTLING,
    /** Settled, or in other hands. */
    GONE
  }

  private final Holding holding;
  private final Content content;
  private final String line;
  private final int cutOff;
  private final boolean isParked;
  private final Instant firstSeen;
  private final Instant dueAt;
  private volatile State state = State.IN_HAND;
  // Written before the state, and not again.
  private Optional<KafkaSubscription> owner = Optional.empty();
  private volatile long endsAt;
  private boolean isBegun;

  private KafkaLease(
      Holding holding, Content content, String line, int cutOff, boolean isParked, Instant dueAt) {
    this.holding = holding;
    this.content = content;
    this.line = line;
    this.cutOff = cutOff;
    this.isParked = isParked;
    this.firstSeen = content.firstSeen();
    this.dueAt = dueAt;
  }

  /**
   * A record of the queue's topic.
   *
   * @param line of messages that come one after another; empty if it stands in none
   * @param cutOff how many attempts of this very record a crash cut off
   * @param now when it is due at the latest, if it does not say when
   */
  static KafkaLease inLog(Holding holding, Content content, String line, int cutOff, Instant now) {
    return new KafkaLease(holding, content, line, cutOff, false, content.dueAt(now));
  }

  /** A message that is parked at its place. */
  static KafkaLease parked(Holding holding, Content content, String line, int cutOff) {
    return new KafkaLease(holding, content, line, cutOff, true, content.dueAt(Instant.MAX));
  }

  /** A new lease on the same record, after this one. */
  KafkaLease again() {
    return new KafkaLease(holding, content, line, cutOff, isParked, dueAt);
  }

  /** The line it stands in; empty for none. */
  String line() {
    return line;
  }

  boolean isInLine() {
    return !line.isEmpty();
  }

  /** Whether it lies in the parked topic, and not in the log. */
  boolean isParked() {
    return isParked;
  }

  /** It is written down that an attempt of it has begun. */
  void hasBegun() {
    isBegun = true;
  }

  /** Whether the parked topic says that an attempt of it has begun. */
  boolean isBegun() {
    return isParked && isBegun;
  }

  Parked.Place place() {
    return new Parked.Place(holding.partition().partition(), offset());
  }

  Holding holding() {
    return holding;
  }

  Content content() {
    return content;
  }

  long offset() {
    return content.record().offset();
  }

  Instant dueAt() {
    return dueAt;
  }

  /** Attempts that count so far. */
  int attempts() {
    return content.attempts() + cutOff;
  }

  /** How many of them a crash cut off. */
  int crashes() {
    return content.crashes() + cutOff;
  }

  State state() {
    return state;
  }

  void state(State changed) {
    state = changed;
  }

  /** It is handed over, until a time of {@code Timers.nanoTime}. */
  void hold(KafkaSubscription by, long until) {
    owner = Optional.of(by);
    endsAt = until;
    state = State.HELD;
  }

  void endsAt(long until) {
    endsAt = until;
  }

  long endsAt() {
    return endsAt;
  }

  boolean isHeldBy(KafkaSubscription subscription) {
    return state == State.HELD && owner.isPresent() && owner.get() == subscription;
  }

  InMessage message() {
    return new InMessage(
        this,
        content.id(),
        content.key(),
        attempts() + 1,
        crashes(),
        dueAt,
        firstSeen,
        content.texts(),
        content.body());
  }
}
