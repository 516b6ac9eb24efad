// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Random;

/**
 * A process of the group, and what is on its way from it to the broker. It sends commits one after
 * another without waiting for answers or, in transactions, one at a time.
 */
final class SimulatedMember {
  private static final int UNANSWERED_MAX = 3;

  private final World world;
  private final long owner;
  private final boolean isTransactional;
  private final ArrayDeque<CommitRequest> wire = new ArrayDeque<>();
  private Optional<SimulatedHolding> holding = Optional.empty();
  private boolean isPrepared;

  SimulatedMember(World world, long owner, boolean isTransactional) {
    this.world = world;
    this.owner = owner;
    this.isTransactional = isTransactional;
  }

  long owner() {
    return owner;
  }

  /** What it believes to have of the partition. */
  Optional<SimulatedHolding> holding() {
    return holding;
  }

  boolean isCurrent() {
    return holding.filter(world::isCurrent).isPresent();
  }

  /** Something is on its way. */
  boolean isWaiting() {
    return !wire.isEmpty();
  }

  /** A transaction of it is open that has the commit. */
  boolean isPrepared() {
    return isPrepared;
  }

  void start() {
    holding = Optional.of(world.start(owner));
  }

  /** Sends what there is to commit, or holds it to it that there is nothing. */
  void sendNews() {
    if (holding.filter(SimulatedHolding::isDirty).isPresent()) {
      send();
    } else if (isCurrent() && wire.isEmpty()) {
      holding.orElseThrow().isTold(world.group().committed());
    }
  }

  void send() {
    if (holding.isPresent() && wire.size() < (isTransactional ? 1 : UNANSWERED_MAX)) {
      wire.add(holding.get().commit());
    }
  }

  /** One request of a commit arrives at the broker, and the answer here. */
  void deliver(boolean isCommitted) {
    if (wire.isEmpty()) {
      return;
    }
    if (!isTransactional) {
      answered(world.group().commit(wire.element()));
    } else if (isPrepared) {
      world.group().end(isCommitted);
      endedTransaction(isCommitted);
    } else if (world.group().prepare(wire.element())) {
      isPrepared = true;
    } else {
      answered(false);
    }
  }

  /** The open transaction has ended. */
  void endedTransaction(boolean isCommitted) {
    isPrepared = false;
    answered(isCommitted);
  }

  private void answered(boolean isAccepted) {
    CommitRequest request = wire.remove();
    if (isAccepted) {
      holding.ifPresent(mine -> mine.accepted(request));
    } else {
      drop();
    }
  }

  private void drop() {
    holding = Optional.empty();
    wire.clear();
  }

  /** All arrives, and is answered. */
  void deliverAll() {
    while (!wire.isEmpty()) {
      deliver(true);
    }
  }

  /** The connection breaks: what is on its way arrives or not, and no answer comes. */
  void loseConnection(Random random) {
    while (!wire.isEmpty() && (isPrepared || random.nextBoolean())) {
      CommitRequest next = wire.remove();
      if (!isTransactional) {
        world.group().commit(next);
      } else if (isPrepared || world.group().prepare(next)) {
        world.group().end(random.nextBoolean());
        isPrepared = false;
      }
    }
    wire.clear();
  }

  /** It ends, or throws away what it knows. */
  void stop(Random random) {
    loseConnection(random);
    drop();
  }

  /** It is asked to give the partition back, and does. */
  void handOver() {
    deliverAll();
    holding.map(SimulatedHolding::handOver).ifPresent(wire::add);
    deliverAll();
    drop();
  }
}
