// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** What the policy makes of a failure. */
public sealed interface Verdict {

  /**
   * The name of the rule that fired, such as {@code rules[1]: status 409} or {@code default: i/o}.
   */
  String rule();

  /** Calls the one function that fits this verdict; one that is missing does not compile. */
  <T> T fold(
      Function<? super Retry, ? extends T> retry,
      Function<? super DeadLetter, ? extends T> deadLetter,
      Function<? super Hold, ? extends T> hold,
      Function<? super Discard, ? extends T> discard);

  /**
   * Another attempt, not before the delay is over.
   *
   * @param delay from the time of the failure, zero or more
   * @param rule the rule that fired
   */
  record Retry(Duration delay, String rule) implements Verdict {
    @Override
    public <T> T fold(
        Function<? super Retry, ? extends T> retry,
        Function<? super DeadLetter, ? extends T> deadLetter,
        Function<? super Hold, ? extends T> hold,
        Function<? super Discard, ? extends T> discard) {
      return retry.apply(this);
    }
  }

  /**
   * No further attempt: the message goes to the dead letters.
   *
   * @param reason why it is dead
   * @param rule the rule that fired
   */
  record DeadLetter(Reason reason, String rule) implements Verdict {
    @Override
    public <T> T fold(
        Function<? super Retry, ? extends T> retry,
        Function<? super DeadLetter, ? extends T> deadLetter,
        Function<? super Hold, ? extends T> hold,
        Function<? super Discard, ? extends T> discard) {
      return deadLetter.apply(this);
    }
  }

  /**
   * The dependency is at fault, not the message: the attempt is not counted, and nothing of the
   * queue starts until the hold is over.
   *
   * @param why for people
   * @param time how long to hold; empty for until a person or a breaker ends it
   * @param rule the rule that fired
   */
  record Hold(String why, Optional<Duration> time, String rule) implements Verdict {
    @Override
    public <T> T fold(
        Function<? super Retry, ? extends T> retry,
        Function<? super DeadLetter, ? extends T> deadLetter,
        Function<? super Hold, ? extends T> hold,
        Function<? super Discard, ? extends T> discard) {
      return hold.apply(this);
    }
  }

  /**
   * The message is dropped and ends as cancelled, without a dead letter: nobody needs it any more.
   *
   * @param rule the rule that fired
   */
  record Discard(String rule) implements Verdict {
    @Override
    public <T> T fold(
        Function<? super Retry, ? extends T> retry,
        Function<? super DeadLetter, ? extends T> deadLetter,
        Function<? super Hold, ? extends T> hold,
        Function<? super Discard, ? extends T> discard) {
      return discard.apply(this);
    }
  }
}
