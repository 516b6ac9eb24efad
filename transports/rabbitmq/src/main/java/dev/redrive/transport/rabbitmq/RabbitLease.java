// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Timers;
import java.time.Instant;
import java.util.Comparator;

/**
 * A message that the broker gave to a subscription, first to keep until it is due and asked for,
 * then leased.
 *
 * <p>Its token is the delivery tag on the channel it came by: the broker takes a settlement by no
 * other channel, and gives the message to somebody else only when that channel is gone or the
 * message was given back by it. Changed by the subscription's loop alone.
 */
final class RabbitLease implements Lease {
  /** Those due earlier first, and of one due time those that came earlier. */
  static final Comparator<RabbitLease> BY_DUE_TIME =
      Comparator.comparing(RabbitLease::dueAt).thenComparingLong(RabbitLease::tag);

  /** Those first whose lease ends first. */
  static final Comparator<RabbitLease> BY_END =
      Comparator.comparingLong(RabbitLease::end).thenComparingLong(RabbitLease::tag);

  enum State {
    /** Here, and not handed over. */
    KEPT,
    /** Handed over. */
    HELD,
    /** A settlement is on its way; the lease does not end meanwhile. */
    SETTLING,
    /** Settled, given back, or lost with its channel. */
    GONE
  }

  private final RabbitSubscription owner;
  private final Intake intake;
  private final long tag;
  private final Wire.Content content;
  private final int handOvers;
  private final Instant firstSeen;
  private final Instant dueAt;
  private volatile State state = State.KEPT;
  // As Timers.nanoTime.
  private volatile long end = Long.MAX_VALUE;

  /**
   * @param handOvers how often it was handed over before without being settled
   */
  RabbitLease(
      RabbitSubscription owner,
      Intake intake,
      long tag,
      Wire.Content content,
      int handOvers,
      Instant now) {
    this.owner = owner;
    this.intake = intake;
    this.tag = tag;
    this.content = content;
    this.handOvers = handOvers;
    this.firstSeen = content.firstSeen(now);
    this.dueAt = content.dueAt(firstSeen);
  }

  RabbitSubscription owner() {
    return owner;
  }

  Intake intake() {
    return intake;
  }

  long tag() {
    return tag;
  }

  Wire.Content content() {
    return content;
  }

  int handOvers() {
    return handOvers;
  }

  /** True if it has come back so often that it may be what kills its process. */
  boolean isWorn() {
    return owner.queue().poison().isNear(handOvers);
  }

  Instant firstSeen() {
    return firstSeen;
  }

  Instant dueAt() {
    return dueAt;
  }

  /** When it ends, as {@link Timers#nanoTime}: a clock that is set must end none. */
  long end() {
    return end;
  }

  void endsAt(long when) {
    end = when;
  }

  void state(State changed) {
    state = changed;
  }

  State state() {
    return state;
  }

  /** True if it can be settled at this time, as {@link Timers#nanoTime}. */
  boolean isHeld(long now) {
    return state == State.HELD && now < end;
  }

  InMessage message() {
    return new InMessage(
        this,
        content.id(),
        content.key(),
        content.attempts() + 1,
        0,
        dueAt,
        firstSeen,
        Headers.texts(content.headers()),
        content.body());
  }
}
