// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.testkit.servers.FaultProxy.Direction;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** What faults have in common. */
final class Outage {
  /** Nothing breaks. */
  static final Fault NONE =
      new Fault() {
        @Override
        public void strike(SplittableRandom random) {}

        @Override
        public void heal() {}
      };

  private Outage() {}

  /** Lets it last for a time up to this; nothing is awaited, it is to go on for a while. */
  static void last(SplittableRandom random, Duration most) {
    LockSupport.parkNanos(random.nextLong(most.toNanos()));
  }

  /** How long silence lasts at most: longer than a silent connection is believed in. */
  static Duration longest() {
    return Scale.isFull() ? Duration.ofSeconds(30) : Duration.ofSeconds(8);
  }

  static Direction direction(SplittableRandom random) {
    return random.nextBoolean() ? Direction.TO_SERVER : Direction.TO_CLIENT;
  }
}
