// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.Context;
import io.vertx.core.http.HttpClientConnection;
import java.net.InetAddress;

/**
 * An open connection to the address that was checked before it was opened. The mutable fields
 * belong to {@link ConnectionPool} and its lock.
 */
final class Connection {
  private final HttpClientConnection http;
  private final Context context;
  private final InetAddress address;

  /** The tick of the pool at which it was opened, and that at which it last fell idle. */
  long openedAt;

  long idleSince;
  boolean reused;
  boolean gone;

  Connection(HttpClientConnection http, Context context, InetAddress address) {
    this.http = http;
    this.context = context;
    this.address = address;
  }

  HttpClientConnection http() {
    return http;
  }

  /** The event loop on which all of this connection's events happen. */
  Context context() {
    return context;
  }

  /** The address at the other end. */
  InetAddress address() {
    return address;
  }
}
