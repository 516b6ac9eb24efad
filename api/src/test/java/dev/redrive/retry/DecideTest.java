// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static dev.redrive.retry.Failures.AT;
import static dev.redrive.retry.Failures.decide;
import static dev.redrive.retry.Failures.delay;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DecideTest {

  private final IOException reset = new IOException("reset");

  private static final RetryPolicy FIXED =
      RetryPolicy.builder()
          .backoff(Backoff.fixed(ofSeconds(10)))
          .jitter(Jitter.none())
          .attempts(3)
          .build();

  @Test
  void attempts_end_with_the_last() {
    assertThat(decide(FIXED, Failures.of(1, reset)))
        .isEqualTo(new Verdict.Retry(ofSeconds(10), "default: i/o"));
    assertThat(decide(FIXED, Failures.of(2, reset)))
        .isEqualTo(new Verdict.Retry(ofSeconds(10), "default: i/o"));
    assertThat(decide(FIXED, Failures.of(3, reset)))
        .isEqualTo(new Verdict.DeadLetter(Reason.ATTEMPTS_EXHAUSTED, "default: i/o"));
    assertThat(decide(FIXED, Failures.of(4, reset)))
        .isEqualTo(new Verdict.DeadLetter(Reason.ATTEMPTS_EXHAUSTED, "default: i/o"));
  }

  @Test
  void single_attempt_is_never_retried() {
    RetryPolicy policy = RetryPolicy.builder().attempts(1).build();

    assertThat(decide(policy, reset))
        .isEqualTo(new Verdict.DeadLetter(Reason.ATTEMPTS_EXHAUSTED, "default: i/o"));
  }

  @Test
  void retry_that_would_not_start_before_the_deadline_is_dead_at_once() {
    Failure failure = Failures.of(1, reset);

    assertThat(decide(FIXED, failure.withDeadline(AT.plusSeconds(10))))
        .isEqualTo(new Verdict.DeadLetter(Reason.EXPIRED, "default: i/o"));
    assertThat(decide(FIXED, failure.withDeadline(AT.minusSeconds(1))))
        .isEqualTo(new Verdict.DeadLetter(Reason.EXPIRED, "default: i/o"));
    assertThat(decide(FIXED, failure.withDeadline(AT.plusSeconds(10).plusNanos(1))))
        .isEqualTo(new Verdict.Retry(ofSeconds(10), "default: i/o"));
  }

  @Test
  void last_attempt_is_exhausted_rather_than_expired() {
    assertThat(decide(FIXED, Failures.of(3, reset).withDeadline(AT)))
        .isEqualTo(new Verdict.DeadLetter(Reason.ATTEMPTS_EXHAUSTED, "default: i/o"));
  }

  @Test
  void permanent_failure_after_the_deadline_is_not_retryable() {
    Failure failure = Failures.of(new IllegalArgumentException("no amount")).withDeadline(AT);

    assertThat(decide(FIXED, failure))
        .isEqualTo(new Verdict.DeadLetter(Reason.NOT_RETRYABLE, "default: bad argument"));
  }

  @Test
  void delay_is_at_least_what_the_server_asks() {
    assertThat(delay(decide(FIXED, Failures.status(503, ofSeconds(30))))).isEqualTo(ofSeconds(30));
    assertThat(delay(decide(FIXED, Failures.status(503, ofSeconds(4))))).isEqualTo(ofSeconds(10));
  }

  @Test
  void server_cannot_ask_for_more_than_the_maximum() {
    RetryPolicy patient = RetryPolicy.builder().jitter(Jitter.none()).build();
    RetryPolicy impatient =
        RetryPolicy.builder().jitter(Jitter.none()).retryAfterMax(ofMinutes(1)).build();
    HttpStatusException busy = Failures.status(429, ofHours(30));

    assertThat(delay(decide(patient, busy))).isEqualTo(ofHours(1));
    assertThat(delay(decide(impatient, busy))).isEqualTo(ofMinutes(1));
  }

  @Test
  void all_who_were_told_the_same_time_are_spread_behind_it() {
    SplittableRandom random = new SplittableRandom(11);
    Failure failure = Failures.of(Failures.status(429, ofSeconds(30)));
    Duration most = Duration.ZERO;
    for (int i = 0; i < 1_000; i++) {
      Duration delay = delay(RetryPolicy.defaults().decide(failure, random));
      assertThat(delay).isBetween(ofSeconds(30), ofSeconds(31));
      most = DelayWindow.max(most, delay);
    }
    assertThat(most).isGreaterThan(ofSeconds(30).plus(ofMillis(900)));
  }

  @Test
  void retry_after_of_a_rule_goes_before_a_longer_backoff() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.fixed(ofMinutes(5)))
            .jitter(Jitter.none())
            .onStatus(429)
            .retryAfter()
            .build();

    assertThat(delay(decide(policy, Failures.status(429, ofSeconds(2))))).isEqualTo(ofSeconds(2));
    assertThat(delay(decide(policy, Failures.status(429)))).isEqualTo(ofMinutes(5));
  }

  @Test
  void deadline_counts_against_retry_after_too() {
    Failure failure =
        Failures.of(Failures.status(503, ofMinutes(1))).withDeadline(AT.plusSeconds(60));

    assertThat(decide(FIXED, failure))
        .isEqualTo(new Verdict.DeadLetter(Reason.EXPIRED, "default: status 5xx"));
  }

  @Test
  void previous_delay_drives_decorrelated_jitter() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.exponential(ofSeconds(1), ofMinutes(10)))
            .jitter(Jitter.decorrelated())
            .build();
    SplittableRandom random = new SplittableRandom(2);
    Failure failure = Failures.of(2, reset).withPreviousDelay(ofMinutes(1));
    Duration most = Duration.ZERO;
    for (int i = 0; i < 1_000; i++) {
      most = DelayWindow.max(most, delay(policy.decide(failure, random)));
    }

    assertThat(most).isBetween(ofSeconds(170), ofSeconds(180));
  }

  @Test
  void same_randomness_gives_the_same_verdict() {
    Failure failure = Failures.of(4, reset);

    assertThat(RetryPolicy.defaults().decide(failure, new SplittableRandom(1)))
        .isEqualTo(RetryPolicy.defaults().decide(failure, new SplittableRandom(1)));
  }

  @Test
  void every_attempt_of_the_longest_policy_is_decided() {
    RetryPolicy policy = RetryPolicy.builder().attempts(10_000).build();
    SplittableRandom random = new SplittableRandom(1);
    for (int attempt = 1; attempt < 10_000; attempt++) {
      assertThat(delay(policy.decide(Failures.of(attempt, reset), random)))
          .isBetween(Duration.ZERO, ofMinutes(5));
    }
    assertThat(policy.decide(Failures.of(10_000, reset), random))
        .isEqualTo(new Verdict.DeadLetter(Reason.ATTEMPTS_EXHAUSTED, "default: i/o"));
  }

  @Test
  void defaults_are_those_of_the_documentation() {
    RetryPolicy policy = RetryPolicy.defaults();

    assertThat(policy.backoff()).isEqualTo(Backoff.exponential(ofSeconds(1), ofMinutes(5)));
    assertThat(policy.jitter()).isEqualTo(Jitter.full());
    assertThat(policy.attempts()).isEqualTo(8);
    assertThat(policy.retryAfterMax()).isEqualTo(ofHours(1));
    assertThat(policy)
        .hasToString("exponential from 1s times 2 to 5m, full jitter, 8 attempts, 0 rules");
  }

  @Test
  void failure_of_a_predicate_is_not_swallowed() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .on(
                IOException.class,
                e -> {
                  throw new IllegalStateException("broken test");
                })
            .retry()
            .build();

    assertThatThrownBy(() -> decide(policy, reset)).hasMessage("broken test");
  }

  @Test
  void fold_calls_the_one_that_fits() {
    assertThat(folded(new Verdict.Retry(ofSeconds(1), "r"))).isEqualTo("retry PT1S");
    assertThat(folded(new Verdict.DeadLetter(Reason.EXPIRED, "r"))).isEqualTo("dead EXPIRED");
    assertThat(folded(new Verdict.Hold("gone", Optional.empty(), "r"))).isEqualTo("hold gone");
    assertThat(folded(new Verdict.Discard("r"))).isEqualTo("discard");
  }

  private static String folded(Verdict verdict) {
    return verdict.fold(
        retry -> "retry " + retry.delay(),
        dead -> "dead " + dead.reason(),
        hold -> "hold " + hold.why(),
        discard -> "discard");
  }
}
