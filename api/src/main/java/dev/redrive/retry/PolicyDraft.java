// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A policy in the making, together with the mistakes found so far. The builder and the parser fill
 * it, and what both must refuse is refused here. For one thread.
 */
final class PolicyDraft {

  static final int RULES_MAX = 256;

  private static final int PROBLEMS_MAX = 100;
  private static final int DEPENDENCY_CHARS_MAX = 200;

  private final String path;
  private final List<PolicyProblem> problems = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();
  private final List<Condition> unfinished = new ArrayList<>();

  private int problemCount;
  private RetryTerms terms = RetryPolicy.DEFAULT_TERMS;
  private Duration retryAfterMax = RetryPolicy.DEFAULT_RETRY_AFTER_MAX;

  /**
   * An empty draft.
   *
   * @param path put before the paths of mistakes; may be empty
   */
  PolicyDraft(String path) {
    this.path = path;
  }

  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  String rulePath(int index) {
    return path("rules[" + index + "]");
  }

  void problem(String where, String message) {
    problemCount++;
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(new PolicyProblem(where, message));
    }
  }

  int problemCount() {
    return problemCount;
  }

  void set(RetryOverrides values) {
    terms = terms.with(values);
  }

  void setRetryAfterMax(Duration value) {
    retryAfterMax = value;
  }

  /** Notes a sentence that has no verb yet; one that never gets any is a mistake, not a no-op. */
  void begin(Condition condition) {
    unfinished.add(condition);
  }

  /** Adds the rule, and returns its place. */
  int add(Condition condition, Action action) {
    unfinished.remove(condition);
    rules.add(Rule.at(rules.size(), condition, action));
    return rules.size() - 1;
  }

  /** Replaces the action of a rule, as the sentence about it goes on. */
  void amend(int index, Action action) {
    rules.set(index, Rule.at(index, rules.get(index).condition(), action));
  }

  int ruleCount() {
    return rules.size();
  }

  /**
   * The policy.
   *
   * @throws InvalidPolicyException with all mistakes
   */
  RetryPolicy finish() {
    List<PolicyProblem> all = new ArrayList<>(problems);
    if (problemCount > problems.size()) {
      String message = "there are %d mistakes, of which the first %d are listed";
      all.add(new PolicyProblem(path, message.formatted(problemCount, problems.size())));
    }
    check(RetryOverrides.of(terms), terms, this::path, all);
    if (retryAfterMax.isNegative() || retryAfterMax.compareTo(Backoff.DELAY_MAX) > 0) {
      String most = DurationText.format(Backoff.DELAY_MAX);
      String message = DurationText.rounded(retryAfterMax) + " is not from 0s to " + most;
      all.add(new PolicyProblem(path("retryAfterMax"), message));
    }
    if (rules.size() > RULES_MAX) {
      String message = "there are %d rules: at most %d".formatted(rules.size(), RULES_MAX);
      all.add(new PolicyProblem(path("rules"), message));
    }
    for (int i = 0; i < rules.size(); i++) {
      String rulePath = rulePath(i);
      RetryOverrides overrides = rules.get(i).action().overrides();
      check(overrides, terms.with(overrides), key -> rulePath + "." + key, all);
    }
    for (Condition condition : unfinished) {
      String message =
          "the sentence on " + condition + " has no verb: say retry(), or deadLetter()";
      all.add(new PolicyProblem(path("rules"), message));
    }
    if (!all.isEmpty()) {
      throw new InvalidPolicyException(all);
    }
    return new RetryPolicy(terms, retryAfterMax, new RuleBook(rules));
  }

  private static boolean isNoName(String dependency) {
    return dependency.isBlank() || dependency.length() > DEPENDENCY_CHARS_MAX;
  }

  /** Checks what was set, against the terms that come of it. */
  private static void check(
      RetryOverrides set,
      RetryTerms terms,
      UnaryOperator<String> where,
      List<PolicyProblem> problems) {
    if (set.attempts().isPresent() && (terms.attempts() < 1 || terms.attempts() > Attempts.MAX)) {
      String message = "%d is not from 1 to %d".formatted(terms.attempts(), Attempts.MAX);
      problems.add(new PolicyProblem(where.apply("attempts"), message));
    }
    if (set.dependency().filter(PolicyDraft::isNoName).isPresent()) {
      String message = "a dependency's name has 1 to 200 characters, and is not blank";
      problems.add(new PolicyProblem(where.apply("dependency"), message));
    }
    boolean isDelaySet = set.backoff().isPresent() || set.jitter().isPresent();
    if (isDelaySet && !terms.jitter().goesWith(terms.backoff())) {
      problems.add(
          new PolicyProblem(
              where.apply("jitter"),
              "decorrelated grows from the backoff's first delay to its max, and this backoff has"
                  + " no max: use linear or exponential, or another jitter"));
    }
  }
}
