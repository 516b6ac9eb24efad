// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/**
 * The transport could not do what was asked: it is closed, cut off, full, or its store failed.
 *
 * <p>After a send that ends with this, the message is either not stored, or (the connection broke
 * between the write and its confirmation) stored once; sending again with the same id is safe.
 */
public class TransportException extends RedriveException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public TransportException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public TransportException(String message, Throwable cause) {
    super(message, cause);
  }
}
