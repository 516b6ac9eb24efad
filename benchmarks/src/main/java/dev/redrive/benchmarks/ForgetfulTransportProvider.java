// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import java.net.URI;
import java.util.Set;

/** Opens {@code forgetful:}. */
public final class ForgetfulTransportProvider implements TransportProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public ForgetfulTransportProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of("forgetful");
  }

  @Override
  public Transport open(URI uri, Environment environment) {
    return new ForgetfulTransport();
  }
}
