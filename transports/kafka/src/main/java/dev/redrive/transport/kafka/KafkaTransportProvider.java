// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import java.net.URI;
import java.util.Set;

/** Opens {@code kafka://}. */
public final class KafkaTransportProvider implements TransportProvider {

  /** For {@link java.util.ServiceLoader}. */
  public KafkaTransportProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of(KafkaUri.SCHEME);
  }

  @Override
  public Transport open(URI uri, Environment environment) {
    return KafkaTransport.open(KafkaUri.parse(uri), environment);
  }
}
