// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

/** Makes the gate of a queue. Thread-safe. */
@FunctionalInterface
public interface GateFactory {

  /**
   * Makes a gate for a queue, once when the queue is declared with this factory.
   *
   * @param subject the queue's name
   * @param time how the gate knows the time
   */
  Gate create(String subject, GateTime time);

  /**
   * True if the queues that name one dependency share a gate of equal factories, which is then made
   * with the dependency's name as its subject. A queue that names none has its own.
   */
  default boolean isOfDependency() {
    return false;
  }
}
