// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;

/** The contract, against a real Kafka. */
class KafkaTransportContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return new KafkaHarness(1);
  }
}
