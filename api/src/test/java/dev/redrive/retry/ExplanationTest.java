// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static dev.redrive.retry.Failures.AT;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExplanationTest {

  private static final RetryPolicy POLICY =
      RetryPolicy.builder()
          .onStatus(409)
          .deadLetter()
          .onSqlState("40001")
          .retry()
          .on(ConnectException.class, e -> false)
          .discard()
          .on(IOException.class)
          .retry()
          .attempts(5)
          .onStatus(410)
          .hold("moved away", ofMinutes(10))
          .build();

  @Test
  void retry_is_explained_in_full() {
    Failure failure =
        Failures.of(3, new IllegalStateException("no order", new ConnectException("refused")));

    assertThat(POLICY.explain(failure))
        .hasToString(
            """
            failure  attempt 3, java.lang.IllegalStateException: no order
            verdict  retry in 0s to 4s
            due      2026-03-01T10:00:00Z to 2026-03-01T10:00:04Z
            rule     rules[3]: exception java.io.IOException
            because  java.net.ConnectException is a java.io.IOException; attempt 3 of 5
            passed   rules[0]: status 409: the failure has no HTTP status
            passed   rules[1]: sqlState 40001: the failure has no SQL state
            passed   rules[2]: exception java.net.ConnectException and a test: none that passes its test in java.lang.IllegalStateException, caused by java.net.ConnectException\
            """);
  }

  @Test
  void parts_are_there_for_programs_too() {
    Explanation explanation = POLICY.explain(Failures.of(3, new IOException("reset")));

    assertThat(explanation.rule()).isEqualTo("rules[3]: exception java.io.IOException");
    assertThat(explanation.soonest())
        .isEqualTo(new Verdict.Retry(Duration.ZERO, explanation.rule()));
    assertThat(explanation.latest()).isEqualTo(new Verdict.Retry(ofSeconds(4), explanation.rule()));
    assertThat(explanation.dueFrom()).contains(AT);
    assertThat(explanation.dueTo()).contains(AT.plusSeconds(4));
    assertThat(explanation.passedOver()).hasSize(3);
    assertThat(explanation.passedOver().get(0))
        .isEqualTo(new PassedOver("rules[0]: status 409", "the failure has no HTTP status"));
  }

  @Test
  void every_decision_is_within_its_explanation() {
    SplittableRandom random = new SplittableRandom(4);
    for (int attempt = 1; attempt <= 8; attempt++) {
      Failure failure = Failures.of(attempt, new RuntimeException("?"));
      Explanation explanation = POLICY.explain(failure);
      for (int i = 0; i < 100; i++) {
        Verdict verdict = POLICY.decide(failure, random);
        assertThat(verdict).hasSameClassAs(explanation.soonest());
        if (verdict instanceof Verdict.Retry retry) {
          assertThat(retry.delay())
              .isBetween(
                  Failures.delay(explanation.soonest()), Failures.delay(explanation.latest()));
        }
      }
    }
  }

  @Test
  void exhausted_attempts_are_explained() {
    assertThat(POLICY.explain(Failures.of(5, new IOException("reset"))).toString())
        .contains("verdict  dead letter, reason attempts-exhausted\nrule")
        .contains("; attempt 5 of 5");
  }

  @Test
  void deadline_within_the_window_leaves_both_outcomes_open() {
    Failure failure = Failures.of(3, new IOException("reset")).withDeadline(AT.plusSeconds(2));
    Explanation explanation = POLICY.explain(failure);

    assertThat(explanation.soonest()).isInstanceOf(Verdict.Retry.class);
    assertThat(explanation.latest())
        .isEqualTo(new Verdict.DeadLetter(Reason.EXPIRED, explanation.rule()));
    assertThat(explanation.dueTo()).isEmpty();
    assertThat(explanation.toString())
        .contains(
            "verdict  retry in 0s or later, or dead letter, reason expired if that would not be"
                + " before 2026-03-01T10:00:02Z\n"
                + "due      2026-03-01T10:00:00Z\n");
  }

  @Test
  void clamp_of_retry_after_is_explained() {
    RetryPolicy policy = RetryPolicy.builder().jitter(Jitter.none()).build();

    assertThat(policy.explain(Failures.of(Failures.status(503, ofHours(5)))).toString())
        .contains("verdict  retry in 1h\n")
        .contains(
            "because  HTTP status 503 is transient; attempt 1 of 8; Retry-After 5h, cut to 1h");
    assertThat(policy.explain(Failures.of(Failures.status(503, ofSeconds(5)))).toString())
        .endsWith("; Retry-After 5s");
  }

  @Test
  void hold_and_discard_are_explained() {
    assertThat(POLICY.explain(Failures.of(Failures.status(410))).toString())
        .contains("verdict  hold, moved away, 10m\nrule     rules[4]: status 410\n")
        .contains("because  the HTTP status is 410\n")
        .contains("passed   rules[0]: status 409: the HTTP status is 410\n");
    assertThat(RetryPolicy.defaults().explain(Failures.of(Failures.status(410))).toString())
        .contains("verdict  hold, gone, until somebody resumes the queue\n")
        .endsWith("because  HTTP status 410 says that the receiver is gone for good");
    RetryPolicy policy = RetryPolicy.builder().on(Exception.class).discard().build();
    assertThat(policy.explain(Failures.of(new IOException())).toString())
        .contains("verdict  discard\n");
  }

  @Test
  void handlers_word_and_the_rules_it_passes_over_are_explained() {
    RetryPolicy policy = RetryPolicy.builder().on(RuntimeException.class).retry().build();

    assertThat(policy.explain(Failures.of(new RejectedException("order has no lines"))).toString())
        .contains("rule     handler: RejectedException\n")
        .contains("because  the handler said so: order has no lines\n")
        .endsWith(
            "passed   rules[0]: exception java.lang.RuntimeException: the handler's own word goes"
                + " before rules that do not name it");
  }

  @Test
  void defaults_are_explained() {
    RetryPolicy policy = RetryPolicy.defaults();

    assertThat(policy.explain(Failures.of(new ConnectException())).why())
        .isEqualTo(
            "java.net.ConnectException, a java.io.IOException, is transient; attempt 1 of 8");
    assertThat(policy.explain(Failures.of(new NumberFormatException())).why())
        .isEqualTo(
            "java.lang.NumberFormatException, a java.lang.IllegalArgumentException, does not pass"
                + " by itself");
    assertThat(policy.explain(Failures.of(new SQLException("x", "40P01"))).why())
        .startsWith("SQL state 40P01 is transient");
    assertThat(policy.explain(Failures.of(new Exception("?"))).why())
        .startsWith("nothing is known of java.lang.Exception, so it is taken for transient");
  }

  @Test
  void message_of_a_stranger_cannot_write_to_the_terminal() {
    Failure failure =
        Failures.of(new IOException("bad\n\u001b[31mverdict  discard" + "x".repeat(5_000)));
    String text = POLICY.explain(failure).toString();

    assertThat(text).doesNotContain("\u001b").doesNotContain("\nverdict  discard");
    assertThat(text.lines()).allMatch(line -> line.length() < 400);
  }
}
