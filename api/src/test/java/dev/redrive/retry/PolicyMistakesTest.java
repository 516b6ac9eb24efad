// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyMistakesTest {

  static Stream<Arguments> mistakes() {
    return Stream.of(
        arguments(
            Map.of("backof", "fixed"),
            "retry.backof: `backof` is not known here; did you mean `backoff`?"),
        arguments(
            Map.of("retry-after-max", "1h"),
            "retry.retry-after-max: `retry-after-max` is not known here; did you mean"
                + " `retryAfterMax`?"),
        arguments(
            Map.of("backoff", "exponentail"),
            "retry.backoff: `exponentail` is not known here; did you mean `exponential`?"),
        arguments(
            Map.of("jitter", "random"),
            "retry.jitter: `random` is not known here; known are `none`, `full`, `equal`,"
                + " `decorrelated`, `additive`"),
        arguments(Map.of("jitter", false), "retry.jitter: this must be a text or a number, not"),
        arguments(Map.of("first", 10), "retry.first: `10` has no unit: write `10s` for seconds"),
        arguments(Map.of("first", "soon"), "retry.first: `soon` is no duration"),
        arguments(Map.of("first", "0s"), "retry.backoff: first is 0s"),
        arguments(Map.of("max", "-1s"), "retry.max: `-1s` is no duration"),
        arguments(Map.of("max", "4000d"), "retry.max: this is 4000d: it must be from 0s to 3650d"),
        arguments(
            Map.of("first", "10s", "max", "5s"), "retry.backoff: max 5s is shorter than first 10s"),
        arguments(Map.of("first", "10m"), "retry.max: this is 5m unless set"),
        arguments(Map.of("factor", 0.5), "retry.backoff: factor is 0.5: it must be from 1"),
        arguments(Map.of("factor", "two"), "retry.factor: `two` is no number"),
        arguments(
            Map.of("delays", List.of("1s")),
            "retry.delays: this goes with backoff list, not with exponential, which has first, max,"
                + " factor"),
        arguments(
            Map.of("backoff", "fixed", "max", "1m"),
            "retry.max: this goes with backoff linear or exponential, not with fixed"),
        arguments(Map.of("backoff", "list"), "retry.backoff: delays has 0 entries"),
        arguments(
            Map.of("backoff", "list", "delays", List.of()), "retry.delays: this list is empty"),
        arguments(
            Map.of("backoff", "list", "delays", Arrays.asList("1s", null)),
            "retry.delays[1]: this entry is empty"),
        arguments(
            Map.of("backoff", "list", "delays", List.of("1s", 2)),
            "retry.delays[1]: `2` has no unit"),
        arguments(Map.of("jitterMax", "1s"), "retry.jitterMax: this goes with `jitter: additive`"),
        arguments(Map.of("attempts", 0), "retry.attempts: 0 is not from 1 to 10000"),
        arguments(Map.of("attempts", "8.5"), "retry.attempts: `8.5` is no whole number"),
        arguments(Map.of("attempts", "1e999999999"), "retry.attempts: `1e999999999` is no whole"),
        arguments(
            Map.of("attempts", List.of(1)), "retry.attempts: this must be a text or a number"),
        arguments(
            Map.of("backoff", "fixed", "jitter", "decorrelated"),
            "retry.jitter: decorrelated grows from"),
        arguments(Map.of("rules", Map.of()), "retry.rules: this must be a list"),
        arguments(Map.of("rules", List.of(409)), "retry.rules[0]: this must be a map like"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistake_is_named_with_its_path_and_its_cure(Map<String, ?> config, String start) {
    assertThat(problems(config)).singleElement().asString().startsWith(start);
  }

  static Stream<Arguments> mistakesInRules() {
    return Stream.of(
        arguments(
            Map.of("status", 409, "then", "deadleter"),
            ".then: `deadleter` is not known here; did you mean `deadLetter`?"),
        arguments(Map.of("status", 409), ".then: this is missing: say retry, retryAfter,"),
        arguments(Map.of("then", "retry"), ": this says no failures that it is for"),
        arguments(Map.of("status", 42, "then", "retry"), ".status: `42` is no HTTP status"),
        arguments(Map.of("status", "6x", "then", "retry"), ".status: `6x` is no HTTP status"),
        arguments(
            Map.of("status", "599-500", "then", "retry"), ".status: `599-500` is no HTTP status"),
        arguments(
            Map.of("status", List.of(500, "abc"), "then", "retry"),
            ".status[1]: `abc` is no HTTP status"),
        arguments(Map.of("status", List.of(), "then", "retry"), ".status: this list is empty"),
        arguments(Map.of("sqlState", 8, "then", "retry"), ".sqlState: `8` is read as a number"),
        arguments(
            Map.of("sqlState", "4000?", "then", "retry"), ".sqlState: `4000?` is no SQLSTATE"),
        arguments(
            Map.of("exception", "IO Exception", "then", "retry"),
            ".exception: `IO Exception` is no class name"),
        arguments(
            Map.of("exception", "IOException", "than", "retry", "then", "retry"),
            ".than: `than` is not known here; did you mean `then`?"),
        arguments(
            Map.of("status", 409, "then", "discard", "attempts", 3),
            ".attempts: this goes with then: retry or retryAfter, not with discard"),
        arguments(
            Map.of("status", 409, "then", "retry", "time", "3s"),
            ".time: this goes with then: hold, not with retry"),
        arguments(
            Map.of("status", 503, "then", "retry", "first", "3s"),
            ".backoff: delays are set, but not the kind"),
        arguments(
            Map.of("status", 503, "then", "retry", "attempts", 10_001),
            ".attempts: 10001 is not from 1 to 10000"),
        arguments(
            Map.of("status", 503, "then", "retry", "jitter", "ful"),
            ".jitter: `ful` is not known here; did you mean `full`?"));
  }

  @ParameterizedTest
  @MethodSource("mistakesInRules")
  void mistake_in_a_rule_is_named_with_the_place_of_the_rule(Map<String, ?> rule, String start) {
    Map<String, ?> right = Map.of("status", 429, "then", "retryAfter");

    assertThat(problems(Map.of("rules", List.of(right, right, rule))))
        .singleElement()
        .asString()
        .startsWith("retry.rules[2]" + start);
  }

  @Test
  void all_mistakes_are_reported_at_once_and_keep_their_places() {
    Map<String, Object> config = new HashMap<>();
    config.put("backoff", "expo");
    config.put("attempts", 0);
    config.put(
        "rules",
        List.of(7, Map.of("status", 1, "then", "x"), Map.of("status", 503, "attempts", 0)));

    assertThat(problems(config))
        .extracting(PolicyProblem::path)
        .containsExactlyInAnyOrder(
            "retry.backoff",
            "retry.attempts",
            "retry.rules[0]",
            "retry.rules[1].status",
            "retry.rules[1].then",
            "retry.rules[2].attempts");
  }

  @Test
  void path_of_a_greater_configuration_is_put_before() {
    InvalidPolicyException e =
        catchThrowableOfType(
            InvalidPolicyException.class,
            () -> RetryPolicy.parse(Map.of("attempts", "x"), "queues.orders.retry"));

    assertThat(e)
        .hasMessage(
            "the retry policy has a mistake:\n"
                + "  queues.orders.retry.attempts: `x` is no whole number");
  }

  @Test
  void endless_input_is_cut_in_the_message() {
    assertThat(problems(Map.of("jitter", "x".repeat(100_000))))
        .singleElement()
        .asString()
        .hasSizeLessThan(300);
    Map<String, Object> flood = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      flood.put("unknown" + i, i);
    }
    assertThat(problems(flood)).hasSizeLessThan(110);
  }

  private static List<PolicyProblem> problems(Map<String, ?> config) {
    InvalidPolicyException e =
        catchThrowableOfType(InvalidPolicyException.class, () -> RetryPolicy.parse(config));
    assertThat(e).isNotNull();
    return e.problems();
  }
}
