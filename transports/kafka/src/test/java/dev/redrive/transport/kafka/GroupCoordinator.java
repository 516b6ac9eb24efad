// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Optional;

/**
 * What the broker keeps of a partition for a group: who has it, and what was committed. As the real
 * one it looks at the generation when a commit arrives, and of a transaction only then: what was
 * taken in is committed by the transaction's end, whoever has the partition by then. Nobody is told
 * what is committed before that.
 */
final class GroupCoordinator {
  private final Ledger ledger;
  private final Flaw flaw;
  private Commit committed = new Commit(0, "");
  private Optional<CommitRequest> pending = Optional.empty();
  private int generation;
  private long member;

  GroupCoordinator(Ledger ledger, Flaw flaw) {
    this.ledger = ledger;
    this.flaw = flaw;
  }

  int generation() {
    return generation;
  }

  /** Whose the partition is. */
  long member() {
    return member;
  }

  void assign(long owner) {
    generation++;
    member = owner;
  }

  boolean isCurrent(int generation) {
    return this.generation == generation;
  }

  /** A commit arrives; false if it is refused. */
  boolean commit(CommitRequest request) {
    boolean isAccepted = isCurrent(request.generation()) || !flaw.fences();
    if (isAccepted) {
      store(request);
    }
    return isAccepted;
  }

  /** The commit of a transaction arrives; false if it is refused. */
  boolean prepare(CommitRequest request) {
    boolean isAccepted = isCurrent(request.generation()) || !flaw.fences();
    if (isAccepted) {
      pending = Optional.of(request);
    }
    return isAccepted;
  }

  /** The transaction ends, if one is open. */
  void end(boolean isCommitted) {
    if (isCommitted) {
      pending.ifPresent(this::store);
    }
    pending = Optional.empty();
  }

  boolean isPending() {
    return pending.isPresent();
  }

  private void store(CommitRequest request) {
    committed = request.commit();
    ledger.accepted(request);
  }

  Commit committed() {
    return committed;
  }
}
