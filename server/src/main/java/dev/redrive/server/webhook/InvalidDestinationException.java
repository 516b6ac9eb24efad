// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

/**
 * A destination was described in a way that can never work. The message says what to change and
 * repeats no secret; it is meant for whoever configured the destination.
 */
public final class InvalidDestinationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidDestinationException(String message) {
    super(message);
  }
}
