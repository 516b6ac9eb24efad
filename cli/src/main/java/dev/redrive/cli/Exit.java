// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

/** What the process's exit code tells. */
final class Exit {
  /** Done. */
  static final int DONE = 0;

  /** Failed, or done in part only. */
  static final int FAILED = 1;

  /** Wrongly used. */
  static final int USAGE = 2;

  /** The server cannot be reached. */
  static final int UNREACHABLE = 3;

  private Exit() {}
}
