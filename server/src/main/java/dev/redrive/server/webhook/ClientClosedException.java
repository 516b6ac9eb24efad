// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

/** The client was closed before a connection was found. */
final class ClientClosedException extends RuntimeException {
  static final String TEXT = "this server is shutting down";

  private static final long serialVersionUID = 1L;

  ClientClosedException() {
    super(TEXT, null, false, false);
  }
}
