// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a transport can do here.
 *
 * @param durability what a published message survives
 * @param retryMove how a retry is made
 * @param deadMove how a message gets to the dead letters
 * @param minDelay what is left of a delay when the transport may hand the message over: the engine
 *     keeps delays below it in this process, under the lease; a few seconds at most, zero for a
 *     transport that keeps each delay itself
 * @param maxDelay how long the transport keeps a message at a time: what is due later it may hand
 *     over then, and the engine defers it
 * @param granularity delays are rounded up to a multiple of this
 * @param features what else it can do
 */
public record Capabilities(
    Durability durability,
    Move retryMove,
    Move deadMove,
    Duration minDelay,
    Duration maxDelay,
    Duration granularity,
    Set<Capability> features) {

  /** What a published message survives. */
  public enum Durability {
    /** Nothing: it lives in this process. */
    PROCESS,
    /** A crash of the process, not of the machine. */
    PROCESS_CRASH,
    /** A power cut. */
    POWER_CUT
  }

  /** How a message changes its place. */
  public enum Move {
    /** In one transaction. */
    ATOMIC,
    /** The same message is given a new time. */
    IN_PLACE,
    /** A confirmed copy, then the end of the original: a crash between them duplicates. */
    COPY_THEN_ACK
  }

  /** Copies the features. */
  public Capabilities {
    features =
        features.isEmpty()
            ? Set.of()
            : java.util.Collections.unmodifiableSet(EnumSet.copyOf(features));
  }

  /** True if it can do this. */
  public boolean has(Capability capability) {
    return features.contains(capability);
  }
}
