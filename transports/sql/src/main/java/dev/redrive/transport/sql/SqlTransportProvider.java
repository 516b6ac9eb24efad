// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import java.net.URI;
import java.util.Set;

/**
 * Opens {@code postgresql://}, {@code mariadb://}, {@code mysql://}, and {@code jdbc:h2:} and the
 * other URLs of JDBC for these. The driver must be on the class path.
 */
public final class SqlTransportProvider implements TransportProvider {

  /** For {@link java.util.ServiceLoader}. */
  public SqlTransportProvider() {}

  @Override
  public Set<String> schemes() {
    return SqlUri.SCHEMES;
  }

  @Override
  public Transport open(URI uri, Environment environment) {
    return SqlTransport.open(SqlUri.parse(uri), environment);
  }
}
