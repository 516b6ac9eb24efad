// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

/** What a command's end means for its message. */
public enum Verdict {
  /** Processed. */
  ACK,
  /** Failed: the queue's policy decides. */
  RETRY,
  /** To the dead letters. */
  DEAD,
  /** As if it had never been handed over. */
  RELEASE,
  /** Somebody else has it: nothing is left to say. */
  NONE;

  private static final int EX_DATAERR = 65;
  private static final int REJECTED = 100;

  /**
   * The verdict on a message.
   *
   * @param ending how its command ended
   * @param isStopping true if the worker stops: a signal then was not the message's fault
   */
  static Verdict of(Ending ending, boolean isStopping) {
    return switch (ending.how()) {
      case LEASE_LOST -> NONE;
      case STOPPED -> RELEASE;
      case TIMED_OUT -> RETRY;
      case EXITED -> ofExit(ending, isStopping);
    };
  }

  private static Verdict ofExit(Ending ending, boolean isStopping) {
    if (isStopping && ending.isSignalled()) {
      return RELEASE;
    }
    return switch (ending.exitCode()) {
      case 0 -> ACK;
      case EX_DATAERR, REJECTED -> DEAD;
      default -> RETRY;
    };
  }
}
