// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Builds a {@link RetryPolicy}: first how retries go, then sentences about kinds of failures.
 *
 * <pre>{@code
 * RetryPolicy policy =
 *     RetryPolicy.builder()
 *         .backoff(Backoff.exponential(Duration.ofSeconds(1), Duration.ofMinutes(5)))
 *         .attempts(8)
 *         .onStatus(409).deadLetter()
 *         .on(SocketTimeoutException.class).retry().attempts(3)
 *         .build();
 * }</pre>
 *
 * <p>The first sentence that matches a failure decides, so what is special comes before what is
 * general. Mistakes are collected and reported by {@link #build()}, all at once. For one thread.
 */
public final class RetryPolicyBuilder {

  private final PolicyDraft draft = new PolicyDraft("");

  RetryPolicyBuilder() {}

  /** The delays between attempts; exponential from 1 s to 5 min unless set. */
  public RetryPolicyBuilder backoff(Backoff value) {
    draft.set(RetryOverrides.NONE.withBackoff(value));
    return this;
  }

  /** The random part of the delays; full unless set. */
  public RetryPolicyBuilder jitter(Jitter value) {
    draft.set(RetryOverrides.NONE.withJitter(value));
    return this;
  }

  /** How many attempts a message gets, the first included: 1 to 10,000; 8 unless set. */
  public RetryPolicyBuilder attempts(int value) {
    draft.set(RetryOverrides.NONE.withAttempts(value));
    return this;
  }

  /** The longest {@code Retry-After} of another side that is followed; 1 h unless set. */
  public RetryPolicyBuilder retryAfterMax(Duration value) {
    draft.setRetryAfterMax(value);
    return this;
  }

  /**
   * Begins a sentence about failures with this exception anywhere in the chain of causes. It is
   * compared by name, with subclasses included.
   */
  public RuleBuilder on(Class<? extends Throwable> type) {
    return rule(Condition.exception(type));
  }

  /**
   * Begins a sentence about failures with such an exception anywhere in the chain of causes. A
   * policy with such a rule has no {@link RetryPolicy#toMap()}.
   *
   * @param test asked about each exception of the type; to be pure, and not to throw
   */
  public <E extends Throwable> RuleBuilder on(Class<E> type, Predicate<? super E> test) {
    return rule(Condition.exception(type, test));
  }

  /** Begins a sentence about failures with this HTTP status, from 100 to 999. */
  public RuleBuilder onStatus(int status) {
    return onStatus(status, status);
  }

  /** Begins a sentence about failures with an HTTP status from first to last, both included. */
  public RuleBuilder onStatus(int first, int last) {
    try {
      return rule(Condition.status(List.of(new StatusRange(first, last))));
    } catch (IllegalArgumentException e) {
      return invalidRule("status", e);
    }
  }

  /**
   * Begins a sentence about failures with this SQLSTATE.
   *
   * @param state five characters for one state, or fewer for all that begin so: {@code 08}
   */
  public RuleBuilder onSqlState(String state) {
    try {
      return rule(Condition.sqlState(List.of(SqlStates.checked(state))));
    } catch (IllegalArgumentException e) {
      return invalidRule("sqlState", e);
    }
  }

  /**
   * The policy.
   *
   * @throws InvalidPolicyException with all mistakes at once
   */
  public RetryPolicy build() {
    return draft.finish();
  }

  PolicyDraft draft() {
    return draft;
  }

  private RuleBuilder rule(Condition condition) {
    draft.begin(condition);
    return new RuleBuilder(this, condition);
  }

  private RuleBuilder invalidRule(String key, IllegalArgumentException mistake) {
    draft.problem(
        draft.rulePath(draft.ruleCount()) + "." + key, String.valueOf(mistake.getMessage()));
    return new RuleBuilder(this, Condition.status(List.of()));
  }
}
