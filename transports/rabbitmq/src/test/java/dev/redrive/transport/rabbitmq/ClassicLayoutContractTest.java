// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** The contract, in the layout of plain programs. */
class ClassicLayoutContractTest extends TransportContract {
  private static final ClassicLayout LAYOUT =
      ClassicLayout.of(
          "x-retry",
          Stream.of(300, 600, 1_100, 1_600, 2_100, 3_150, 4_150, 5_150, 6_200)
              .map(Duration::ofMillis)
              .toList());

  @Override
  protected TransportHarness newHarness() {
    return new RabbitHarness(Optional.of(LAYOUT));
  }
}
