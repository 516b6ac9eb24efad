// SPDX-License-Identifier: Apache-2.0

package dev.redrive.idempotency;

import java.time.Duration;

/** What a store knows of a key that somebody wants to begin. */
public sealed interface Begun {

  /**
   * Nothing was done under this key, and nobody is about to: the caller now holds it.
   *
   * @param owner proves that, to the store that made it; never given to anybody else
   */
  record New(String owner) implements Begun {}

  /**
   * Somebody holds the key.
   *
   * @param leaseLeft how long at most, unless that is prolonged; more than zero
   */
  record Busy(Duration leaseLeft) implements Begun {}

  /**
   * It is done.
   *
   * @param result what was kept of it, perhaps empty; not copied
   */
  record Done(byte[] result) implements Begun {}
}
