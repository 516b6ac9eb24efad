// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

/** What a fault touches, each with all before it. */
enum Reach {
  /** Attempts that run, or whose settlement is not answered. */
  ATTEMPTS,
  /** Sends that are not answered, too. */
  SENDS,
  /** What waits in the broker for its time, too: it may be on its way from queue to queue. */
  WAITING
}
