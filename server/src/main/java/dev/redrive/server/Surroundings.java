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
 */
record Surroundings(InstantSource clock, HttpTimes times, Supplier<Engine.Builder> engine) {

  static Surroundings real() {
    return new Surroundings(InstantSource.system(), HttpTimes.defaults(), Engine::builder);
  }
}
