// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * A sentence about failures that are retried. What is set here is for these failures alone; the
 * next {@code on} begins another sentence. For one thread.
 */
public final class RetryRuleBuilder {

  private final RetryPolicyBuilder policy;
  private final int index;
  private final Then then;
  private RetryOverrides overrides = RetryOverrides.NONE;

  RetryRuleBuilder(RetryPolicyBuilder policy, int index, Then then) {
    this.policy = policy;
    this.index = index;
    this.then = then;
  }

  /** With these delays instead of the policy's. */
  public RetryRuleBuilder backoff(Backoff value) {
    return amend(overrides.withBackoff(value));
  }

  /** With this random part instead of the policy's. */
  public RetryRuleBuilder jitter(Jitter value) {
    return amend(overrides.withJitter(value));
  }

  /**
   * As long as the message has had fewer attempts than this, whatever they failed of, the first
   * included: 1 to 10,000.
   */
  public RetryRuleBuilder attempts(int value) {
    return amend(overrides.withAttempts(value));
  }

  /**
   * These failures are the dependency's: they count against its breaker, and the retries wait while
   * that is open. Needs an engine with breakers.
   *
   * @param name for example a host, of 1 to 200 characters
   */
  public RetryRuleBuilder dependency(String name) {
    return amend(overrides.withDependency(Optional.of(name)));
  }

  /** Begins the next sentence, see {@link RetryPolicyBuilder#on(Class)}. */
  public RuleBuilder on(Class<? extends Throwable> type) {
    return policy.on(type);
  }

  /** Begins the next sentence, see {@link RetryPolicyBuilder#on(Class, Predicate)}. */
  public <E extends Throwable> RuleBuilder on(Class<E> type, Predicate<? super E> test) {
    return policy.on(type, test);
  }

  /** Begins the next sentence, see {@link RetryPolicyBuilder#onStatus(int)}. */
  public RuleBuilder onStatus(int status) {
    return policy.onStatus(status);
  }

  /** Begins the next sentence, see {@link RetryPolicyBuilder#onStatus(int, int)}. */
  public RuleBuilder onStatus(int first, int last) {
    return policy.onStatus(first, last);
  }

  /** Begins the next sentence, see {@link RetryPolicyBuilder#onSqlState(String)}. */
  public RuleBuilder onSqlState(String state) {
    return policy.onSqlState(state);
  }

  /**
   * The policy.
   *
   * @throws InvalidPolicyException with all mistakes at once
   */
  public RetryPolicy build() {
    return policy.build();
  }

  private RetryRuleBuilder amend(RetryOverrides value) {
    overrides = value;
    policy.draft().amend(index, Action.retrying(then, value));
    return this;
  }
}
