// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.List;

/** What must hold in every life of a partition. */
enum Promise {
  /** What is below a committed offset is settled. */
  NONE_BELOW,
  /** What is passed over as settled is settled. */
  NONE_PASSED_OVER,
  /** No two accepted commits settle the same record. */
  SETTLED_ONCE,
  /** What an accepted commit settled does not come again. */
  STAYS_SETTLED,
  /**
   * A record comes with as many crashes as attempts of it had begun by an accepted commit and were
   * found so by another process.
   */
  TRUE_CRASHES,
  /** Attempts count from 1, without a gap. */
  NO_GAP,
  /** When there is nothing to commit, the broker knows which attempts have begun. */
  BEGUN_IS_TOLD,
  /** When there is nothing to commit, the broker knows what is settled. */
  SETTLED_IS_TOLD,
  /** The text is no longer than the broker allows. */
  BOUND,
  /** Who has nothing in hand has room. */
  ROOM,
  /** In the end all is settled, and nothing is left to say. */
  REST;

  /** Fails if it is broken. */
  void keep(boolean isKept, Object... about) {
    if (!isKept) {
      throw new Broken(this, List.of(about));
    }
  }

  /** A promise that did not hold. */
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1;

    private final Promise promise;

    private Broken(Promise promise, List<Object> about) {
      super(promise + " " + about);
      this.promise = promise;
    }

    Promise promise() {
      return promise;
    }
  }
}
