// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyParserTest {

  @Test
  void nothing_said_means_the_defaults() {
    assertThat(RetryPolicy.parse(Map.of())).isEqualTo(RetryPolicy.defaults());
  }

  @Test
  void example_of_the_specification_is_read() {
    Map<String, Object> config =
        Map.of(
            "backoff", "exponential",
            "first", "1s",
            "max", "5m",
            "jitter", "full",
            "attempts", 8,
            "rules",
                List.of(
                    Map.of("status", 409, "then", "deadLetter"),
                    Map.of("status", 429, "then", "retryAfter")));

    assertThat(RetryPolicy.parse(config))
        .isEqualTo(
            RetryPolicy.builder().onStatus(409).deadLetter().onStatus(429).retryAfter().build());
  }

  static Stream<Arguments> backoffs() {
    return Stream.of(
        arguments(Map.of("backoff", "fixed", "first", "3s"), Backoff.fixed(ofSeconds(3))),
        arguments(Map.of("backoff", "fixed"), Backoff.fixed(ofSeconds(1))),
        arguments(
            Map.of("backoff", "list", "delays", List.of("0s", "PT10S", ofMinutes(1))),
            Backoff.list(Duration.ZERO, ofSeconds(10), ofMinutes(1))),
        arguments(Map.of("backoff", "list", "delays", "5s"), Backoff.list(ofSeconds(5))),
        arguments(
            Map.of("backoff", "linear", "first", "2s", "step", "500ms", "max", "1m"),
            Backoff.linear(ofSeconds(2), ofMillis(500), ofMinutes(1))),
        arguments(
            Map.of("backoff", "linear", "first", "2s"), Backoff.linear(ofSeconds(2), ofMinutes(5))),
        arguments(
            Map.of("backoff", "exponential"), Backoff.exponential(ofSeconds(1), ofMinutes(5))),
        arguments(
            Map.of("first", "100ms", "max", "10s", "factor", 1.5),
            Backoff.exponential(ofMillis(100), ofSeconds(10), 1.5)),
        arguments(Map.of("factor", "3"), Backoff.exponential(ofSeconds(1), ofMinutes(5), 3)));
  }

  @ParameterizedTest
  @MethodSource("backoffs")
  void every_kind_of_backoff_is_read(Map<String, ?> config, Backoff backoff) {
    assertThat(RetryPolicy.parse(config).backoff()).isEqualTo(backoff);
  }

  static Stream<Arguments> jitters() {
    return Stream.of(
        arguments(Map.of("jitter", "none"), Jitter.none()),
        arguments(Map.of("jitter", "full"), Jitter.full()),
        arguments(Map.of("jitter", "equal"), Jitter.equal()),
        arguments(Map.of("jitter", "decorrelated"), Jitter.decorrelated()),
        arguments(Map.of("jitter", "additive"), Jitter.additive()),
        arguments(Map.of("jitter", "additive", "jitterMax", "2s"), Jitter.additive(ofSeconds(2))));
  }

  @ParameterizedTest
  @MethodSource("jitters")
  void every_kind_of_jitter_is_read(Map<String, ?> config, Jitter jitter) {
    assertThat(RetryPolicy.parse(config).jitter()).isEqualTo(jitter);
  }

  static Stream<Arguments> rules() {
    return Stream.of(
        arguments(
            Map.of("status", 409, "then", "deadLetter"),
            RetryPolicy.builder().onStatus(409).deadLetter()),
        arguments(
            Map.of("status", "5xx", "then", "retry"),
            RetryPolicy.builder().onStatus(500, 599).retry()),
        arguments(
            Map.of("status", "500 - 503", "then", "retry"),
            RetryPolicy.builder().onStatus(500, 503).retry()),
        arguments(
            Map.of("exception", "java.io.IOException", "then", "discard"),
            RetryPolicy.builder().on(IOException.class).discard()),
        arguments(
            Map.of("sqlState", 40001, "then", "retry"),
            RetryPolicy.builder().onSqlState("40001").retry()),
        arguments(
            Map.of("sqlState", "08", "then", "retry"),
            RetryPolicy.builder().onSqlState("08").retry()),
        arguments(
            Map.of("status", 410, "then", "hold", "why", "moved", "time", "10m"),
            RetryPolicy.builder().onStatus(410).hold("moved", ofMinutes(10))),
        arguments(
            Map.of("status", 410, "then", "hold"),
            RetryPolicy.builder().onStatus(410).hold("status 410")),
        arguments(
            Map.of("status", 503, "attempts", "20"),
            RetryPolicy.builder().onStatus(503).attempts(20)),
        arguments(
            Map.of(
                "status",
                503,
                "then",
                "retryAfter",
                "backoff",
                "fixed",
                "first",
                "30s",
                "jitter",
                "none"),
            RetryPolicy.builder()
                .onStatus(503)
                .retryAfter()
                .backoff(Backoff.fixed(ofSeconds(30)))
                .jitter(Jitter.none())));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void every_kind_of_rule_is_read(Map<String, ?> rule, Object builder) {
    RetryPolicy built =
        builder instanceof RetryRuleBuilder sentence
            ? sentence.build()
            : ((RetryPolicyBuilder) builder).build();

    assertThat(RetryPolicy.parse(Map.of("rules", List.of(rule)))).isEqualTo(built);
  }

  @Test
  void list_of_statuses_takes_all_forms() {
    RetryPolicy policy =
        RetryPolicy.parse(
            Map.of(
                "rules",
                List.of(Map.of("status", List.of(404, "5xx", "420-422"), "then", "discard"))));

    for (int status : new int[] {404, 500, 599, 420, 422}) {
      assertThat(Failures.decide(policy, Failures.status(status)).rule())
          .isEqualTo("rules[0]: status 404, 5xx, 420-422");
    }
    assertThat(Failures.decide(policy, Failures.status(423)).rule()).startsWith("default");
  }

  @Test
  void exception_is_known_by_simple_or_full_name_of_it_or_what_it_extends() {
    for (String name :
        List.of(
            "ConnectException",
            "java.net.ConnectException",
            "IOException",
            "java.io.IOException",
            "Throwable")) {
      assertThat(Failures.decide(discarding(name), new RuntimeException(new ConnectException())))
          .as(name)
          .isInstanceOf(Verdict.Discard.class);
    }
    for (String name : List.of("net.ConnectException", "Connect", "java.io.ConnectException")) {
      assertThat(Failures.decide(discarding(name), new ConnectException()))
          .as(name)
          .isInstanceOf(Verdict.Retry.class);
    }
  }

  @Test
  void nested_class_is_known_by_all_of_its_names() {
    String binary = NestedException.class.getName();

    for (String name : List.of(binary, binary.replace('$', '.'), "NestedException")) {
      assertThat(Failures.decide(discarding(name), new NestedException()))
          .as(name)
          .isInstanceOf(Verdict.Discard.class);
    }
  }

  @Test
  void class_that_does_not_exist_may_be_named() {
    assertThat(Failures.decide(discarding("com.example.Absent"), new FileNotFoundException()))
        .isInstanceOf(Verdict.Retry.class);
  }

  @Test
  void criteria_of_one_rule_must_all_hold() {
    RetryPolicy policy =
        RetryPolicy.parse(
            Map.of(
                "rules",
                List.of(
                    Map.of("status", 404, "exception", "CompletionException", "then", "discard"))));

    assertThat(
            Failures.decide(
                policy, new java.util.concurrent.CompletionException(Failures.status(404))))
        .isInstanceOf(Verdict.Discard.class);
    assertThat(Failures.decide(policy, Failures.status(404)).rule())
        .isEqualTo("default: status 4xx");
  }

  @Test
  void empty_values_of_yaml_are_absent() {
    Map<String, Object> config = new HashMap<>();
    config.put("rules", null);
    config.put("first", null);
    config.put("retryAfterMax", "2h");

    assertThat(RetryPolicy.parse(config))
        .isEqualTo(RetryPolicy.builder().retryAfterMax(ofHours(2)).build());
    assertThat(RetryPolicy.parse(Map.of("rules", Arrays.asList())))
        .isEqualTo(RetryPolicy.defaults());
  }

  private static RetryPolicy discarding(String exception) {
    return RetryPolicy.parse(
        Map.of("rules", List.of(Map.of("exception", exception, "then", "discard"))));
  }

  private static final class NestedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
