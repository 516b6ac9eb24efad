// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

/** Makes the breakers of dependencies. Thread-safe. */
@FunctionalInterface
public interface BreakerFactory {

  /**
   * Makes the breaker of a dependency, once in a {@link dev.redrive.Redrive}.
   *
   * @param dependency its name, for example a host
   * @param time how the breaker knows the time
   */
  Breaker create(String dependency, GateTime time);
}
