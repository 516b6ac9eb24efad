// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Why a policy decides about a failure as it does.
 *
 * @param failure the failure in question
 * @param soonest the verdict if the shortest possible delay is drawn
 * @param latest the verdict if the longest possible delay is drawn; it differs from the soonest in
 *     the delay, or by being {@link Reason#EXPIRED} where the deadline lies between the two
 * @param why the rule fired, for people
 * @param passedOver the rules that came before it and did not fire
 */
public record Explanation(
    Failure failure, Verdict soonest, Verdict latest, String why, List<PassedOver> passedOver) {

  /** Copies the list. */
  public Explanation {
    passedOver = List.copyOf(passedOver);
  }

  /** The name of the rule that fired. */
  public String rule() {
    return soonest.rule();
  }

  /** When the next attempt is due at the soonest; empty if there is none. */
  public Optional<Instant> dueFrom() {
    return due(soonest);
  }

  /** When the next attempt is due at the latest; empty if there may be none. */
  public Optional<Instant> dueTo() {
    return due(latest);
  }

  private Optional<Instant> due(Verdict verdict) {
    return verdict.fold(
        retry -> Optional.of(failure.at().plus(retry.delay())),
        deadLetter -> Optional.empty(),
        hold -> Optional.empty(),
        discard -> Optional.empty());
  }

  private String outcome() {
    return soonest.fold(this::retryOutcome, Explanation::dead, Explanation::hold, d -> "discard");
  }

  private String retryOutcome(Verdict.Retry first) {
    return latest.fold(
        last -> "retry in " + new DelayWindow(first.delay(), last.delay()),
        deadLetter ->
            "retry in %s or later, or %s if that would not be before %s"
                .formatted(
                    DurationText.rounded(first.delay()),
                    dead(deadLetter),
                    failure.deadline().map(Instant::toString).orElse("the deadline")),
        Explanation::hold,
        discard -> "discard");
  }

  private static String dead(Verdict.DeadLetter verdict) {
    return "dead letter, reason " + verdict.reason().wireName();
  }

  private static String hold(Verdict.Hold verdict) {
    return "hold, %s, %s"
        .formatted(
            verdict.why(),
            verdict.time().map(DurationText::rounded).orElse("until somebody resumes the queue"));
  }

  /** Some lines for a terminal. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("failure  attempt ").append(failure.attempt()).append(", ");
    text.append(OneLine.of(failure.cause())).append('\n');
    text.append("verdict  ").append(outcome()).append('\n');
    dueFrom().ifPresent(from -> text.append("due      ").append(dueText(from)).append('\n'));
    text.append("rule     ").append(rule()).append('\n');
    text.append("because  ").append(OneLine.of(why));
    for (PassedOver passed : passedOver) {
      text.append("\npassed   ").append(OneLine.of(passed.toString()));
    }
    return text.toString();
  }

  private String dueText(Instant from) {
    return dueTo().filter(to -> !to.equals(from)).map(to -> from + " to " + to).orElse("" + from);
  }
}
