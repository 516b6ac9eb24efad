// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import dev.redrive.core.Engine;
import dev.redrive.server.http.HttpTimes;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * What a server is given besides its configuration, so that tests can give something else.
 *
 * @param clock the clock of keys, leases and rates
 * @param times how long peers may take
 * @param engine with what environment the engine is opened
 * @param memory how many bytes the process may use; parts of it bound what is held
 */
record Surroundings(
    InstantSource clock, HttpTimes times, Supplier<Engine.Builder> engine, long memory) {

  static Surroundings real() {
    return new Surroundings(
        InstantSource.system(),
        HttpTimes.defaults(),
        Engine::builder,
        Runtime.getRuntime().maxMemory());
  }

  Surroundings withClock(InstantSource other) {
    return new Surroundings(other, times, engine, memory);
  }

  Surroundings withTimes(HttpTimes other) {
    return new Surroundings(clock, other, engine, memory);
  }

  Surroundings withMemory(long other) {
    return new Surroundings(clock, times, engine, other);
  }
}
