// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

/**
 * A destination lies where no webhook may go. The message is one and the same whatever the cause,
 * so that a tenant cannot learn addresses, names or ports of the network behind this server; {@link
 * #detail} is for its operator.
 */
public final class DestinationNotAllowedException extends RuntimeException {
  /** The one text a tenant is told. */
  public static final String TEXT =
      "destination not allowed: its host leads to no address that webhooks may be delivered to";

  private static final long serialVersionUID = 1L;
  private final String detail;

  DestinationNotAllowedException(String detail) {
    super(TEXT, null, false, false);
    this.detail = detail;
  }

  /** Which address was refused and by which rule: for the operator's log alone. */
  public String detail() {
    return detail;
  }
}
