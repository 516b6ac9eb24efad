// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

/** A command failed, and the message tells the user what happened and what to do. */
public final class FailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String hint;

  /** What happened, and what to do about it. */
  public FailedException(String message, String hint) {
    super(message);
    this.hint = hint;
  }

  /** What happened, what to do about it, and why. */
  public FailedException(String message, String hint, Throwable cause) {
    super(message, cause);
    this.hint = hint;
  }

  /** What to do about it. */
  public String hint() {
    return hint;
  }
}
