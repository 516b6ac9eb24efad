// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;
import java.util.function.Supplier;

/** The contract on the transport that {@link BrokenTransportsTest} has in hand. */
class BrokenTransportContract extends TransportContract {
  private static final ThreadLocal<Supplier<Flaw>> IN_HAND =
      ThreadLocal.withInitial(() -> Flaw::new);

  static void take(Supplier<Flaw> flaw) {
    IN_HAND.set(flaw);
  }

  static void putBack() {
    IN_HAND.remove();
  }

  @Override
  protected TransportHarness newHarness() {
    return new BrokenHarness(IN_HAND.get().get());
  }
}
