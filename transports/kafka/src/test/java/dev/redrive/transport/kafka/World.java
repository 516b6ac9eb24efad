// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

/** What is outside of the processes of a simulation. */
record World(PartitionLog log, Ledger ledger, GroupCoordinator group, Flaw flaw, int metadataMax) {

  static World of(Flaw flaw, int metadataMax) {
    PartitionLog log = new PartitionLog();
    Ledger ledger = new Ledger(log);
    return new World(log, ledger, new GroupCoordinator(ledger, flaw), flaw, metadataMax);
  }

  boolean isCurrent(SimulatedHolding holding) {
    return group.isCurrent(holding.generation());
  }

  /** Gives the partition to a process, as the broker has it now. */
  SimulatedHolding start(long owner) {
    return new SimulatedHolding(this, flaw.start(group.committed(), owner, metadataMax), owner);
  }
}
