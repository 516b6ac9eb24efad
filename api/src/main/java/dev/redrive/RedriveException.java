// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/** The root of everything Redrive throws. Unchecked: most callers let it rise. */
public class RedriveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with a message that says what to do. */
  public RedriveException(String message) {
    super(message);
  }

  /** Creates the exception with a message that says what to do, and what caused it. */
  public RedriveException(String message, Throwable cause) {
    super(message, cause);
  }
}
