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

  /** The same, but that this dependency's breaker is made by another factory. */
  default BreakerFactory with(String dependency, BreakerFactory other) {
    return (name, time) -> name.equals(dependency) ? other.create(name, time) : create(name, time);
  }
}
