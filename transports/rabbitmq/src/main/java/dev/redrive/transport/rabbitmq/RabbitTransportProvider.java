// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import java.net.URI;
import java.util.Set;

/** Opens {@code amqp://} and {@code amqps://}. */
public final class RabbitTransportProvider implements TransportProvider {

  /** For {@link java.util.ServiceLoader}. */
  public RabbitTransportProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of(RabbitUri.PLAIN, RabbitUri.TLS);
  }

  @Override
  public Transport open(URI uri, Environment environment) {
    return RabbitTransport.open(RabbitUri.parse(uri), environment);
  }
}
