// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Finds the addresses of a host name. */
@FunctionalInterface
public interface NameResolver {
  /**
   * Looks a name up. Called once for every new connection, from any thread, and must not block; it
   * is given up after a while. Every address of the answer is checked, and one of them is then
   * connected to, in the order given.
   *
   * @return at least one address; otherwise completes exceptionally
   */
  CompletionStage<List<InetAddress>> resolve(String host);
}
