// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/** A message was not accepted, and nothing of it was stored. */
public final class SendRefusedException extends RedriveException {
  private static final long serialVersionUID = 1L;

  /** Why a message was refused. */
  public enum Cause {
    /** The message itself is wrong: id too long, deadline in the past, a reserved header. */
    INVALID,
    /** The queue holds as many waiting messages as it may. Try again later. */
    OVERFLOW,
    /** The store has no room left. Try again when there is. */
    NO_SPACE,
    /** The queue or Redrive itself is closed. */
    CLOSED
  }

  /** Which of the reasons it was. */
  private final Cause reason;

  /** Creates the exception. */
  public SendRefusedException(Cause reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Which of the reasons it was. */
  public Cause reason() {
    return reason;
  }
}
