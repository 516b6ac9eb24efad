// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a policy from configuration, to the end, whatever mistakes are found on the way. */
final class PolicyParser {

  private static final List<String> KEYS =
      Stream.concat(TermsParser.KEYS.stream(), Stream.of("retryAfterMax", "rules")).toList();

  private static final String DEPENDENCY = "dependency";

  private static final List<String> RETRY_KEYS =
      Stream.concat(TermsParser.KEYS.stream(), Stream.of(DEPENDENCY)).toList();

  private static final List<String> RULE_KEYS =
      Stream.concat(
              Stream.of("status", "exception", "sqlState", "then", "why", "time", DEPENDENCY),
              TermsParser.KEYS.stream())
          .toList();

  private static final List<String> HOLD_KEYS = List.of("why", "time");

  private static final int ENTRIES_MAX = 100;

  private static final int SQL_STATE_LENGTH = 5;

  private final PolicyDraft draft;
  private final Section config;

  private PolicyParser(Map<String, ?> config, String path) {
    this.draft = new PolicyDraft(path);
    this.config = new Section(config, path, draft);
  }

  static RetryPolicy parse(Map<String, ?> config, String path) {
    return new PolicyParser(config, path).parse();
  }

  private RetryPolicy parse() {
    config.refuseAllBut(KEYS);
    draft.set(TermsParser.parse(config, Optional.of(BackoffKind.EXPONENTIAL)));
    config.duration("retryAfterMax").ifPresent(draft::setRetryAfterMax);
    for (Optional<Section> rule : config.sections("rules", PolicyDraft.RULES_MAX)) {
      rule.ifPresentOrElse(this::addRule, this::addPlaceholder);
    }
    return draft.finish();
  }

  private void addRule(Section rule) {
    rule.refuseAllBut(RULE_KEYS);
    Condition condition = condition(rule);
    draft.add(condition, action(rule, condition));
  }

  /** Stands for an entry that is no rule, so that those after it keep their places. */
  private void addPlaceholder() {
    draft.add(Condition.status(List.of()), Action.discard());
  }

  private Condition condition(Section rule) {
    if (!rule.hasAny(List.of("status", "exception", "sqlState"))) {
      draft.problem(
          rule.path(), "this says no failures that it is for: add status, exception or sqlState");
    }
    return new Condition(
        rule.list("status", ENTRIES_MAX, value -> StatusRange.parse(Section.text(value))),
        rule.list("exception", ENTRIES_MAX, value -> ExceptionNames.checked(Section.text(value))),
        rule.list("sqlState", ENTRIES_MAX, PolicyParser::sqlState),
        Optional.empty());
  }

  /** Unquoted, a state of digits is a number to YAML, which drops zeros at its beginning. */
  private static String sqlState(Object value) {
    String text = Section.text(value);
    if (value instanceof Number && text.length() != SQL_STATE_LENGTH) {
      throw new IllegalArgumentException(
          "`" + text + "` is read as a number: put the SQLSTATE in quotes");
    }
    return SqlStates.checked(text);
  }

  private Action action(Section rule, Condition condition) {
    Optional<Then> written = rule.word("then", Then.values());
    boolean isRetryMeant = !rule.has("then") && rule.hasAny(RETRY_KEYS);
    if (!rule.has("then") && !isRetryMeant) {
      rule.problem("then", "this is missing: say retry, retryAfter, deadLetter, discard or hold");
    }
    RetryOverrides overrides =
        TermsParser.parse(rule, Optional.empty()).withDependency(rule.text(DEPENDENCY));
    if (rule.has("then") && written.isEmpty()) {
      return Action.retry(overrides);
    }
    Then then = written.orElse(Then.RETRY);
    if (!then.retries()) {
      refuse(rule, RETRY_KEYS, "retry or retryAfter", then);
    }
    if (then != Then.HOLD) {
      refuse(rule, HOLD_KEYS, "hold", then);
    }
    String why = rule.text("why").orElse(condition.toString());
    Optional<Duration> time = rule.duration("time");
    return switch (then) {
      case RETRY, RETRY_AFTER -> Action.retrying(then, overrides);
      case DEAD_LETTER -> Action.dead(Reason.NOT_RETRYABLE);
      case DISCARD -> Action.discard();
      case HOLD -> Action.hold(why, time);
    };
  }

  private static void refuse(Section rule, List<String> keys, String owner, Then then) {
    for (String key : keys) {
      if (rule.has(key)) {
        rule.problem(key, "this goes with then: %s, not with %s".formatted(owner, then.word()));
      }
    }
  }
}
