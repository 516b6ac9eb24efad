// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

/** What is wrong in a simulated world. This one is sound; others override a piece of it. */
class Flaw {
  /** A process has got the partition. */
  Tracker start(Commit committed, long owner, int metadataMax) {
    return new Tracker(progress(committed, owner, metadataMax));
  }

  static Progress progress(Commit committed, long owner, int metadataMax) {
    Progress progress =
        Progress.start(committed.offset(), committed.metadata(), owner, metadataMax);
    if (progress.isUnreadable()) {
      throw new AssertionError("unreadable at " + committed.offset());
    }
    return progress;
  }

  /** Whether the broker refuses commits of a generation that is over. */
  boolean fences() {
    return true;
  }

  /** Whether nobody is told what is committed while a transaction is open. */
  boolean waitsForTransactions() {
    return true;
  }

  /** Whether a process starts anew when it does not know what became of a commit. */
  boolean startsAnewWhenInDoubt() {
    return true;
  }
}
