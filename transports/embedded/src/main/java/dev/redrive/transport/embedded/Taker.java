// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Sink;

/** Who takes messages from a queue. */
interface Taker {

  /** How long a message stays with it unless renewed, in nanoseconds. */
  long leaseNanos();

  /** Where its messages go. */
  Sink sink();
}
