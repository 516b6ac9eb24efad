// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.TransportException;
import java.net.URI;
import java.util.Set;

/** Opens transports of some URI schemes. Found by {@link java.util.ServiceLoader}. */
public interface TransportProvider {

  /** The schemes it opens, in lower case. */
  Set<String> schemes();

  /**
   * Opens a transport. Blocks until it is usable.
   *
   * @throws IllegalArgumentException if the URI is malformed, saying how it should be
   * @throws TransportException if it cannot be opened, saying what to do
   */
  Transport open(URI uri, Environment environment);
}
