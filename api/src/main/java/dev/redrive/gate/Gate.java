// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

/**
 * Stands in front of attempts and lets them begin, or has them wait. Waiting costs no attempt.
 *
 * <p>Thread-safe. Gates are asked on the engine's threads, with no lock held, so they must be quick
 * and must not block; what they throw is logged, and the message waits a second and asks again.
 *
 * <p>A gate that is a {@link dev.redrive.Listener} too is told of the events of its queues.
 */
public interface Gate {

  /** What people know it by, in logs, metrics and statuses, for example {@code breaker psp}. */
  String name();

  /**
   * Asks whether this message's next attempt may begin now.
   *
   * @return a pass with the permit, which is told once how the attempt ended; or how long to wait
   *     before the gate is worth asking again. A gate need not have kept a place: it may answer
   *     with a wait again.
   */
  Answer ask(Candidate candidate);

  /** How it stands now, for people. */
  GateStatus status();
}
