// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.retry.Reason;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.spi.InMessage;
import java.time.Instant;
import java.util.Optional;

/**
 * What stands before an attempt, and costs none: the due time, the deadline, and the attempts that
 * crashes have used up.
 */
final class Admission {
  /** A message that is turned away, and what it is settled with. */
  record Refusal(Optional<Reason> reason, String why) {}

  private Admission() {}

  /** Empty if the message's next attempt may begin now. */
  static Optional<Refusal> check(Handed message, RetryPolicy policy, Instant now) {
    InMessage in = message.in();
    if (in.dueAt().isAfter(now)) {
      // A broker may hand over early: after a crash, or when its own delay was rounded.
      return Optional.of(new Refusal(Optional.empty(), "came before it was due"));
    }
    Optional<Refusal> late = deadline(message, now);
    if (late.isPresent()) {
      return late;
    }
    if (in.attempt() > policy.attemptsMax()) {
      return Optional.of(exhausted(in));
    }
    return Optional.empty();
  }

  /** Empty if the message's deadline is still to come, or it has none. */
  static Optional<Refusal> deadline(Handed message, Instant now) {
    return message
        .deadline()
        .filter(end -> !now.isBefore(end))
        .map(end -> new Refusal(Optional.of(Reason.EXPIRED), "the deadline " + end + " passed"));
  }

  private static Refusal exhausted(InMessage in) {
    int done = in.attempt() - 1;
    return in.crashes() > 0
        ? new Refusal(
            Optional.of(Reason.CRASHED),
            "the process ended in the middle of " + in.crashes() + " of " + done + " attempts")
        : new Refusal(Optional.of(Reason.ATTEMPTS_EXHAUSTED), "used up " + done + " attempts");
  }
}
