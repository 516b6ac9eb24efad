// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

/** Whose hands were empty all at once, and with that what may be doubled by it. */
enum Reach {
  /** A worker's, or its connection was lost: attempts whose settlement was not answered. */
  ATTEMPTS,
  /** A sender's connection was lost: sends that were not answered. */
  SENDS,
  /** A node of the broker was killed: what it handed from queue to queue, and what it had said. */
  BROKER
}
