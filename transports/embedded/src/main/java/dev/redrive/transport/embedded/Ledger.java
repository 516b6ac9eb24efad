// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/** A queue's counts while they change. Used by the committing thread alone. */
final class Ledger {
  private long sent;
  private long live;
  private long retried;
  private long succeeded;
  private long cancelled;
  private long dead;
  private long purged;

  Ledger(CountRecord counts) {
    reset(counts);
  }

  /** Begins anew with these counts. */
  final void reset(CountRecord counts) {
    sent = counts.sent();
    live = counts.live();
    retried = counts.retried();
    succeeded = counts.succeeded();
    cancelled = counts.cancelled();
    dead = counts.dead();
    purged = counts.purged();
  }

  CountRecord counts() {
    return new CountRecord(sent, live, retried, succeeded, cancelled, dead, purged);
  }

  long live() {
    return live;
  }

  void sent() {
    sent++;
    live++;
  }

  /** An attempt counts, after so many others. */
  void retried(int attemptsBefore) {
    if (attemptsBefore == 0) {
      retried++;
    }
  }

  void succeeded(int attemptsBefore) {
    left(attemptsBefore);
    succeeded++;
  }

  void cancelled(int attemptsBefore) {
    left(attemptsBefore);
    cancelled++;
  }

  void died(int attemptsBefore) {
    left(attemptsBefore);
    dead++;
  }

  void replayed() {
    dead--;
    live++;
  }

  void purged() {
    dead--;
    purged++;
  }

  private void left(int attemptsBefore) {
    live--;
    if (attemptsBefore > 0) {
      retried--;
    }
  }
}
