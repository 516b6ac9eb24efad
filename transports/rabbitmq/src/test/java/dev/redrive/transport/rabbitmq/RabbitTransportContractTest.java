// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;
import java.util.Optional;

/** The contract, against a real RabbitMQ. */
class RabbitTransportContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return new RabbitHarness(Optional.empty());
  }
}
