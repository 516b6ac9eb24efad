// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

/**
 * Whoever asked {@link ConnectionPool} for a connection. Exactly one of the two methods is called,
 * once, without a lock held and on any thread.
 */
interface ConnectionWaiter {
  /** Where to; also says whether this one may use a connection to a private address. */
  Destination destination();

  /** Hands over a connection, to be given back with {@link ConnectionPool#release}. */
  void connected(Connection connection);

  /** Says why there is none. */
  void failed(Throwable cause);
}
