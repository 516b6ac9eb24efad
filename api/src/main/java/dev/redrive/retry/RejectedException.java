// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

/**
 * Thrown by a handler that will never accept this message: it goes to the dead letters at once,
 * with reason {@link Reason#REJECTED}.
 */
public final class RejectedException extends VerdictException {

  private static final long serialVersionUID = 1L;

  /**
   * A rejection.
   *
   * @param why what is wrong with the message, for whoever finds it among the dead letters
   */
  public RejectedException(String why) {
    super(why, null);
  }

  /**
   * A rejection for which an exception is to blame.
   *
   * @param why what is wrong with the message, for whoever finds it among the dead letters
   * @param cause what the handler caught
   */
  public RejectedException(String why, Throwable cause) {
    super(why, cause);
  }

  @Override
  Action action() {
    return Action.dead(Reason.REJECTED);
  }
}
