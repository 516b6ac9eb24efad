// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Duration;

/** What a flow needs to know of the broker that it runs over. */
interface Broker {
  /** What Redrive connects to. */
  String uri();

  /** Whether an attempt that a crash cuts off counts. */
  boolean marksAttempts();

  /** Whether it takes a settlement of nobody whose lease is over. */
  boolean fences();

  /**
   * Whether what it counts is of the whole queue: of all workers, and of settlements whose answer
   * was lost, too. Otherwise the engine counts what its own worker did.
   */
  default boolean countsAll() {
    return false;
  }

  /** How many messages of a queue the broker has that are not settled, dead letters apart. */
  long waiting(String queue);

  /** How old what {@link #waiting} tells is at most. */
  Duration oldest();

  /** Where messages are, for whoever looks into a failure. */
  String left();
}
