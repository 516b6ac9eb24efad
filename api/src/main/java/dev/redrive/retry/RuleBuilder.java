// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Optional;

/**
 * A sentence that has said which failures it is about, and needs its verb. One that never gets any
 * is a mistake that {@link RetryPolicyBuilder#build()} reports. For one thread.
 */
public final class RuleBuilder {

  private final RetryPolicyBuilder policy;
  private final Condition condition;

  RuleBuilder(RetryPolicyBuilder policy, Condition condition) {
    this.policy = policy;
    this.condition = condition;
  }

  /** Another attempt, by the policy's delays and attempts unless the sentence goes on. */
  public RetryRuleBuilder retry() {
    return retrying(Then.RETRY);
  }

  /**
   * Another attempt when the failure's {@code Retry-After} says, even where the backoff would wait
   * longer; by the backoff where the failure does not say.
   */
  public RetryRuleBuilder retryAfter() {
    return retrying(Then.RETRY_AFTER);
  }

  /** Another attempt, with these delays. */
  public RetryRuleBuilder backoff(Backoff value) {
    return retry().backoff(value);
  }

  /** Another attempt, as long as the message has had fewer than these. */
  public RetryRuleBuilder attempts(int value) {
    return retry().attempts(value);
  }

  /** Another attempt, and the failure is this dependency's. */
  public RetryRuleBuilder dependency(String name) {
    return retry().dependency(name);
  }

  /** No further attempt: dead, with reason {@link Reason#NOT_RETRYABLE}. */
  public RetryPolicyBuilder deadLetter() {
    return end(Action.dead(Reason.NOT_RETRYABLE));
  }

  /** The message is done with, as if it had succeeded. */
  public RetryPolicyBuilder discard() {
    return end(Action.discard());
  }

  /**
   * The queue is held until a person or a breaker ends that; the attempt does not count.
   *
   * @param why for people
   */
  public RetryPolicyBuilder hold(String why) {
    return end(Action.hold(why, Optional.empty()));
  }

  /**
   * The queue is held for some time; the attempt does not count.
   *
   * @param why for people
   * @param time how long, zero or more, at most {@link Backoff#DELAY_MAX}
   */
  public RetryPolicyBuilder hold(String why, Duration time) {
    try {
      return end(Action.hold(why, Optional.of(DelayWindow.checked(time, "time"))));
    } catch (IllegalArgumentException e) {
      PolicyDraft draft = policy.draft();
      draft.problem(draft.rulePath(draft.ruleCount()) + ".time", String.valueOf(e.getMessage()));
      return end(Action.hold(why, Optional.empty()));
    }
  }

  private RetryRuleBuilder retrying(Then then) {
    int index = policy.draft().add(condition, Action.retrying(then, RetryOverrides.NONE));
    return new RetryRuleBuilder(policy, index, then);
  }

  private RetryPolicyBuilder end(Action action) {
    policy.draft().add(condition, action);
    return policy;
  }
}
