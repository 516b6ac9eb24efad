// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import java.net.URI;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens {@code memory:///} and {@code memory:///?maxBytes=67108864}. */
public final class MemoryTransportProvider implements TransportProvider {
  private static final String SCHEME = "memory";
  private static final Pattern REST = Pattern.compile("/{0,3}(\\?maxBytes=([1-9][0-9]{0,17}))?");

  /** For {@link java.util.ServiceLoader}. */
  public MemoryTransportProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of(SCHEME);
  }

  @Override
  public Transport open(URI uri, Environment environment) {
    Matcher rest = REST.matcher(uri.getRawSchemeSpecificPart());
    if (!SCHEME.equalsIgnoreCase(uri.getScheme()) || !rest.matches()) {
      throw new IllegalArgumentException(
          "cannot open '%s': write memory:/// or memory:///?maxBytes=67108864".formatted(uri));
    }
    MemoryTransportConfig.Builder config = MemoryTransportConfig.builder();
    if (rest.group(2) != null) {
      config.maxBytes(Long.parseLong(rest.group(2)));
    }
    return new MemoryTransport(environment, config.build());
  }
}
