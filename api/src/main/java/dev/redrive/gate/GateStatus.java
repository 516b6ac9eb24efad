// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

/**
 * How a gate stands, for people.
 *
 * @param state how far it lets messages through
 * @param detail for people, in a few words, for example {@code 3 of 20 calls failed}; may be empty
 */
public record GateStatus(State state, String detail) {
  /** How far a gate lets messages through. */
  public enum State {
    /** Everything passes. */
    PASSING,
    /** Some pass, others wait. */
    LIMITING,
    /** Nothing passes. */
    HOLDING
  }
}
