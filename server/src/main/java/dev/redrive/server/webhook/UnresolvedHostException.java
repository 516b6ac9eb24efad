// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import org.jspecify.annotations.Nullable;

/**
 * No address was found for a host name. For the operator; a tenant is told the same as for a
 * forbidden address.
 */
final class UnresolvedHostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnresolvedHostException(WebhookUrl url, @Nullable Throwable cause) {
    super(
        url.origin() + " has no address: " + (cause == null ? "an empty answer" : cause.toString()),
        cause,
        false,
        false);
  }
}
