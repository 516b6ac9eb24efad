// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

/** What was asked makes no sense; the message says how to ask. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, and how it is right. */
  public UsageException(String message) {
    super(message);
  }
}
