// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import dev.redrive.cli.screen.Times;
import java.time.Duration;

/**
 * How a command ended.
 *
 * @param how whether it ended by itself
 * @param exitCode its exit code, above 128 if a signal ended it
 * @param errorTail the end of what it wrote to standard error
 * @param took how long it ran
 */
public record Ending(How how, int exitCode, String errorTail, Duration took) {

  /** What ended it. */
  public enum How {
    /** Itself, or a signal from elsewhere. */
    EXITED,
    /** It ran for too long and was killed. */
    TIMED_OUT,
    /** It was killed because its lease was lost. */
    LEASE_LOST,
    /** It was killed because the worker stops. */
    STOPPED
  }

  private static final int SIGINT = 130;
  private static final int SIGKILL = 137;
  private static final int SIGTERM = 143;

  /** How it ended, in words. */
  public String description(Duration timeout) {
    return switch (how) {
      case TIMED_OUT -> "killed after " + Times.text(timeout);
      case LEASE_LOST -> "killed because the lease was lost";
      case STOPPED -> "stopped";
      case EXITED -> "exit code " + exitCode;
    };
  }

  /** True if a signal that stops programs ended it. */
  public boolean isSignalled() {
    return exitCode == SIGINT || exitCode == SIGTERM || exitCode == SIGKILL;
  }
}
