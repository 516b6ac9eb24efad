// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/** The transport cannot do what a queue asks of it. Thrown when the queue is declared. */
public final class UnsupportedCapabilityException extends RedriveException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with a message that names the capability and what to do. */
  public UnsupportedCapabilityException(String message) {
    super(message);
  }
}
