// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.testkit.TransportContract;
import dev.redrive.testkit.TransportHarness;
import dev.redrive.transport.kafka.KafkaTransportConfig.GroupProtocol;

/** The contract, with partitions that the members assign among themselves. */
class ClassicGroupContractTest extends TransportContract {
  @Override
  protected TransportHarness newHarness() {
    return new KafkaHarness(1, GroupProtocol.CLASSIC);
  }
}
