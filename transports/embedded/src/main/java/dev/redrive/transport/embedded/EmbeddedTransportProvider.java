// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import java.net.URI;
import java.util.Set;

/** Opens {@code embedded:<folder>}. */
public final class EmbeddedTransportProvider implements TransportProvider {

  /** For {@link java.util.ServiceLoader}. */
  public EmbeddedTransportProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of("embedded");
  }

  @Override
  public Transport open(URI uri, Environment environment) {
    return EmbeddedTransport.open(EmbeddedTransportConfig.of(uri), environment);
  }
}
