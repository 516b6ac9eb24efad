// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The life of a partition, drawn from a seed: records come and vanish, processes get and lose it,
 * crash, and do not hear what became of their commits; in the end all comes to rest.
 *
 * <p>An answer comes with the arrival of its request, as nobody else can tell the difference. What
 * is on the wire of a connection that breaks arrives then or never.
 */
final class PartitionLife {
  private static final int STEPS = 250;
  private static final int MEMBERS = 3;
  private static final int ROUNDS_MIN = 100;
  private static final int[] BOUNDS = {64, 72, 96, 160, 4_096};

  private final Random random;
  private final World world;
  private final boolean isTransactional;
  private final List<SimulatedMember> members = new ArrayList<>();
  private final List<String> steps = new ArrayList<>();
  private long owners;

  PartitionLife(long seed, Flaw flaw) {
    this.random = new Random(seed);
    this.world = World.of(flaw, BOUNDS[random.nextInt(BOUNDS.length)]);
    this.isTransactional = random.nextBoolean();
    for (int i = 0; i < MEMBERS; i++) {
      join();
    }
  }

  List<String> steps() {
    return steps;
  }

  void live() {
    note("at most " + world.metadataMax() + (isTransactional ? " in transactions" : ""));
    world.log().append(random);
    assign();
    for (int i = 0; i < STEPS; i++) {
      if (random.nextBoolean()) {
        startAssigned();
      }
      step(random.nextInt(40));
    }
    comeToRest();
  }

  private void step(int choice) {
    switch (choice) {
      case 0, 1, 2 -> world.log().append(random);
      case 3 -> world.log().clean(random);
      case 4, 5, 6, 7, 8, 9 -> act("polls", this::poll);
      case 10, 11, 12, 13, 14 -> act("begins", holding -> holding.begin(random));
      case 15, 16, 17, 18, 19 -> act("settles", holding -> holding.settle(random));
      case 20, 21 -> act("releases", holding -> holding.release(random));
      case 22, 23, 24, 25, 26 -> any("sends", this::send);
      case 27, 28, 29, 30, 31 -> deliver();
      case 32, 33 -> rebalance();
      case 34, 35 -> lose();
      case 36 -> any("crashes", this::crash);
      case 37 -> any("is in doubt", this::doubt);
      case 38 -> members.stream().filter(member -> !member.isCurrent()).forEach(this::notice);
      default -> assignIfDead();
    }
  }

  private void note(String step) {
    steps.add(step + " " + world.group().committed());
  }

  private void any(String what, Consumer<SimulatedMember> action) {
    SimulatedMember member =
        members.stream()
            .filter(SimulatedMember::isCurrent)
            .filter(current -> random.nextInt(4) > 0)
            .findFirst()
            .orElseGet(() -> members.get(random.nextInt(members.size())));
    action.accept(member);
    note(member.owner() + " " + what);
  }

  private void act(String what, Consumer<SimulatedHolding> action) {
    any(what, member -> member.holding().ifPresent(action));
  }

  private void poll(SimulatedHolding holding) {
    int most = 1 + random.nextInt(8);
    for (int i = 0; i < most; i++) {
      if (!holding.poll(world.isCurrent(holding), random.nextInt(3) == 0)) {
        return;
      }
    }
  }

  private void send(SimulatedMember member) {
    if (random.nextInt(6) > 0) {
      member.sendNews();
    } else {
      member.send();
    }
  }

  /** Something arrives, also from those who have lost the partition. */
  private void deliver() {
    List<SimulatedMember> waiting = members.stream().filter(SimulatedMember::isWaiting).toList();
    if (!waiting.isEmpty()) {
      SimulatedMember member = waiting.get(random.nextInt(waiting.size()));
      member.deliver(random.nextInt(9) > 0);
      note(member.owner() + " is heard");
    }
  }

  private void join() {
    members.add(new SimulatedMember(world, ++owners, isTransactional));
  }

  private void assign() {
    long owner = members.get(random.nextInt(members.size())).owner();
    world.group().assign(owner);
    note("assigned to " + owner);
  }

  private Optional<SimulatedMember> assigned() {
    return members.stream().filter(member -> member.owner() == world.group().member()).findFirst();
  }

  private void assignIfDead() {
    if (assigned().isEmpty()) {
      assign();
    }
  }

  /** Who has the partition asks what is committed, when no transaction is open. */
  private void startAssigned() {
    assigned()
        .filter(member -> !member.isCurrent())
        .ifPresent(
            member -> {
              member.stop(random);
              if (world.flaw().waitsForTransactions()) {
                endTransaction();
              }
              member.start();
              note(member.owner() + " starts");
            });
  }

  private void endTransaction() {
    for (SimulatedMember member : members) {
      if (member.isPrepared()) {
        boolean isCommitted = random.nextBoolean();
        world.group().end(isCommitted);
        member.endedTransaction(isCommitted);
      }
    }
  }

  /** The partition is given back in good order, but that the last commit may be lost. */
  private void rebalance() {
    for (SimulatedMember member : members) {
      if (member.isCurrent()) {
        if (random.nextInt(6) > 0) {
          member.handOver();
        } else {
          member.stop(random);
        }
        note(member.owner() + " gives back");
        assign();
        return;
      }
    }
  }

  /** The partition goes to somebody else, perhaps, and who had it does not know yet. */
  private void lose() {
    assign();
  }

  private void crash(SimulatedMember member) {
    member.stop(random);
    members.remove(member);
    join();
  }

  private void doubt(SimulatedMember member) {
    if (world.flaw().startsAnewWhenInDoubt()) {
      member.stop(random);
    } else {
      member.loseConnection(random);
    }
  }

  private void notice(SimulatedMember member) {
    member.stop(random);
  }

  private void comeToRest() {
    note("comes to rest");
    members.stream().filter(member -> !member.isCurrent()).forEach(this::notice);
    assignIfDead();
    int rounds = ROUNDS_MIN + 4 * world.log().records().size();
    for (int i = 0; i < rounds && !isAtRest(); i++) {
      startAssigned();
      SimulatedMember member = assigned().orElseThrow();
      member.deliverAll();
      member.holding().ifPresent(this::settleAll);
      member.sendNews();
      member.deliverAll();
      note("rests");
    }
    world.ledger().rests(world.group().committed());
  }

  private boolean isAtRest() {
    return world.group().committed().equals(new Commit(world.log().end(), ""));
  }

  private void settleAll(SimulatedHolding holding) {
    boolean mayGoOn = true;
    while (mayGoOn) {
      mayGoOn = holding.poll(true, random.nextBoolean());
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      holding.begin(random);
    }
    int most = 1 + random.nextInt(2 * holding.inHand() + 1);
    for (int i = 0; i < most; i++) {
      holding.settle(random);
    }
  }
}
