// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulationTest {

  private static final double PER_SECOND = 100;

  static List<RetryPolicy> policies() {
    return List.of(
        RetryPolicy.defaults(),
        policy(Backoff.exponential(ofSeconds(1), ofMinutes(5)), Jitter.equal(), 8),
        policy(Backoff.exponential(ofSeconds(2), ofMinutes(1)), Jitter.additive(), 12),
        policy(Backoff.fixed(ofSeconds(20)), Jitter.full(), 100),
        policy(Backoff.list(ofSeconds(5), ofMinutes(1)), Jitter.none(), 4),
        policy(Backoff.linear(ofSeconds(5), ofMinutes(1)), Jitter.full(), 5));
  }

  /** The expected values are held against messages that are sent through the policy one by one. */
  @ParameterizedTest
  @MethodSource("policies")
  void expected_load_is_what_random_messages_make(RetryPolicy policy) {
    Duration outage = ofMinutes(10);
    Simulation simulation = policy.simulate(outage, PER_SECOND);
    Sample sample = Sample.of(policy, simulation, 200_000);

    for (int i = 0; i < simulation.buckets().size(); i++) {
      LoadBucket bucket = simulation.buckets().get(i);
      double tolerance = 0.02 * bucket.attempts() + 10;
      assertThat(bucket.retries()).isCloseTo(sample.retries[i], within(tolerance));
      assertThat(bucket.dead()).isCloseTo(sample.dead[i], within(tolerance));
    }
    assertThat(simulation.waitingAtEnd())
        .isCloseTo(sample.waitingAtEnd, within(0.02 * sample.waitingAtEnd + 10));
  }

  /** Sends messages that come evenly during the outage through the policy. */
  private static final class Sample {
    private final double[] retries;
    private final double[] dead;
    private double waitingAtEnd;

    private Sample(int buckets) {
      retries = new double[buckets];
      dead = new double[buckets];
    }

    static Sample of(RetryPolicy policy, Simulation simulation, int messages) {
      SplittableRandom random = new SplittableRandom(2026);
      Sample sample = new Sample(simulation.buckets().size());
      double outage = simulation.outage().toSeconds();
      double weight = PER_SECOND * outage / messages;
      for (int i = 0; i < messages; i++) {
        sample.send(policy, simulation, outage * (i + 0.5) / messages, weight, random);
      }
      return sample;
    }

    private void send(
        RetryPolicy policy,
        Simulation simulation,
        double first,
        double weight,
        SplittableRandom random) {
      double outage = simulation.outage().toSeconds();
      double width = simulation.bucketWidth().toNanos() / 1e9;
      double time = first;
      for (int attempt = 1; time < outage; attempt++) {
        if (attempt == policy.attempts()) {
          dead[(int) (time / width)] += weight;
          return;
        }
        time +=
            policy.jitter().delay(policy.backoff(), attempt, Duration.ZERO, random).toNanos() / 1e9;
        retries[Math.min((int) (time / width), retries.length - 1)] += weight;
      }
      waitingAtEnd += weight;
    }
  }

  @Test
  void what_waits_has_failed_and_is_not_tried_again_yet() {
    for (RetryPolicy policy : policies()) {
      Simulation simulation = policy.simulate(ofMinutes(10), PER_SECOND);
      double hit = 0;
      double dead = 0;
      for (LoadBucket bucket : simulation.buckets()) {
        Duration end = bucket.from().plus(simulation.bucketWidth());
        dead += bucket.dead();
        if (end.compareTo(simulation.outage()) <= 0) {
          hit += bucket.firstAttempts();
          assertThat(bucket.waiting()).isCloseTo(hit - dead, within(0.001 * hit));
        }
        if (end.compareTo(simulation.outage()) == 0) {
          assertThat(bucket.waiting()).isCloseTo(simulation.waitingAtEnd(), within(0.001 * hit));
        }
        if (end.compareTo(simulation.drained()) >= 0) {
          assertThat(bucket.waiting()).isCloseTo(0, within(1e-3));
        }
      }
    }
  }

  @Test
  void without_a_bound_it_is_drained_after_the_longest_delay_that_is_reached() {
    assertThat(policy(Backoff.fixed(ofSeconds(20)), Jitter.full(), 100))
        .extracting(policy -> policy.simulate(ofMinutes(1), PER_SECOND).timeToDrain())
        .isEqualTo(ofSeconds(20));
    RetryPolicy growing = policy(Backoff.exponential(ofSeconds(1), ofHours(1)), Jitter.none(), 30);
    assertThat(growing.simulate(ofSeconds(10), PER_SECOND).timeToDrain())
        .as("1 + 2 + 4 s are within the outage, 8 s come after them")
        .isEqualTo(ofSeconds(8));
    assertThat(policy(Backoff.fixed(ofSeconds(1)), Jitter.none(), 1))
        .extracting(policy -> policy.simulate(ofMinutes(1), PER_SECOND).timeToDrain())
        .isEqualTo(Duration.ZERO);
  }

  /** All that waits comes within a second at 16 to 20 a second: 960 at 4 a second are 240 s. */
  @Test
  void with_a_bound_a_backlog_drains_at_what_is_left_of_it() {
    RetryPolicy policy = policy(Backoff.fixed(ofSeconds(1)), Jitter.full(), 10_000);
    Simulation free = policy.simulate(ofMinutes(1), 16);
    Simulation bound = policy.simulate(ofMinutes(1), 16, 20);

    assertThat(free.backlogMax()).isZero();
    assertThat(free.timeToDrain()).isEqualTo(ofSeconds(1));
    assertThat(free.waitingAtEnd()).isCloseTo(960, within(1.0));
    assertThat(bound.timeToDrain().toMillis() / 1e3).isCloseTo(240, within(1.0));
    assertThat(bound.backlogMax()).isBetween(900.0, 960.0);
    assertThat(policy.simulate(ofMinutes(1), 16, 2_000).timeToDrain())
        .as("as much as comes is taken at once")
        .isEqualTo(free.timeToDrain());
  }

  /** Retries up to t are rate · ((t - lo)² - (t - hi)²) / 2 (hi - lo), as integration shows. */
  @Test
  void second_attempts_follow_the_formula_to_the_end_of_the_outage() {
    double lo = 3.505;
    double hi = 7.01;
    RetryPolicy policy = policy(Backoff.fixed(Duration.ofMillis(7_010)), Jitter.equal(), 2);
    Simulation simulation = policy.simulate(ofSeconds(20), PER_SECOND);

    double sum = 0;
    for (LoadBucket bucket : simulation.buckets()) {
      sum += bucket.retries();
      double end = bucket.from().plus(simulation.bucketWidth()).toNanos() / 1e9;
      if (end <= 20) {
        double formula = PER_SECOND * (square(end - lo) - square(end - hi)) / (2 * (hi - lo));
        assertThat(sum).isCloseTo(formula, within(1e-6 * sum + 1e-6));
      }
    }
    assertThat(sum).isCloseTo(20 * PER_SECOND, within(1e-6));
  }

  private static double square(double difference) {
    return difference > 0 ? difference * difference : 0;
  }

  @Test
  void every_message_of_the_outage_is_dead_or_waits_when_it_ends() {
    for (RetryPolicy policy : policies()) {
      Simulation simulation = policy.simulate(ofMinutes(30), PER_SECOND);

      assertThat(simulation.dead() + simulation.waitingAtEnd())
          .isCloseTo(PER_SECOND * 1_800, Percentage.withPercentage(0.1));
    }
  }

  @Test
  void without_retries_every_message_of_the_outage_is_dead() {
    Simulation simulation =
        RetryPolicy.builder().attempts(1).build().simulate(ofMinutes(1), PER_SECOND);

    assertThat(simulation.dead()).isCloseTo(6_000, within(1e-6));
    assertThat(simulation.retries()).isZero();
    assertThat(simulation.waitingAtEnd()).isZero();
    assertThat(simulation.peakPerSecond()).isCloseTo(PER_SECOND, within(1e-6));
  }

  @Test
  void fixed_delay_adds_the_whole_rate_once_per_delay() {
    RetryPolicy policy = policy(Backoff.fixed(ofMinutes(2)), Jitter.none(), 100);
    Simulation simulation = policy.simulate(ofMinutes(10), 10);

    for (LoadBucket bucket : simulation.buckets()) {
      long delays = Math.min(bucket.from().toMinutes() / 2, 5);
      assertThat(bucket.retries()).isCloseTo(delays * bucket.firstAttempts(), within(0.5));
    }
    assertThat(simulation.peakPerSecond()).isCloseTo(60, within(0.1));
  }

  @Test
  void result_is_bounded_and_the_same_each_time() {
    List<RetryPolicy> policies =
        List.of(
            policy(Backoff.fixed(Duration.ZERO), Jitter.none(), 10_000),
            policy(Backoff.fixed(Backoff.DELAY_MAX), Jitter.full(), 3),
            policy(
                Backoff.exponential(Duration.ofNanos(1), ofDays(30)),
                Jitter.decorrelated(),
                10_000),
            policy(Backoff.exponential(ofSeconds(1), ofMinutes(5)), Jitter.full(), 10_000));
    for (RetryPolicy policy : policies) {
      for (Duration outage : List.of(Duration.ofMillis(1), ofHours(1), ofDays(365))) {
        Simulation simulation = policy.simulate(outage, 1e9);

        assertThat(simulation.buckets()).hasSizeBetween(1, 60);
        assertThat(simulation.buckets())
            .allMatch(b -> b.retries() >= 0 && b.dead() >= 0 && Double.isFinite(b.attempts()));
        assertThat(policy.simulate(outage, 1e9)).isEqualTo(simulation);
        assertThat(policy.simulate(outage, 1e9, Math.nextUp(1e9)).timeToDrain())
            .isGreaterThanOrEqualTo(Duration.ZERO);
      }
    }
  }

  @Test
  void figures_out_of_bounds_are_refused() {
    RetryPolicy policy = RetryPolicy.defaults();

    for (Duration outage : List.of(Duration.ZERO, ofSeconds(-1), ofDays(366))) {
      assertThatThrownBy(() -> policy.simulate(outage, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (double rate : new double[] {0, -1, 1e10, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> policy.simulate(ofSeconds(1), rate))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (double capacity : new double[] {0, 9.9, 10, Double.NaN}) {
      assertThatThrownBy(() -> policy.simulate(ofSeconds(1), 10, capacity))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("capacity");
    }
  }

  @Test
  void table_can_be_read() {
    String table = RetryPolicy.defaults().simulate(ofMinutes(10), 200).toString();

    assertThat(table.lines().findFirst().orElseThrow())
        .startsWith("outage of 10m at 200.0 messages/s: ")
        .contains("peak")
        .contains("waiting when it ends");
    assertThat(table).contains("---------- the outage is over\n10m ").contains("####");
    assertThat(table).contains("waiting").doesNotContain("backlog");
    assertThat(RetryPolicy.defaults().simulate(ofMinutes(10), 200, 250).toString())
        .contains("backlog");
  }

  private static RetryPolicy policy(Backoff backoff, Jitter jitter, int attempts) {
    return RetryPolicy.builder().backoff(backoff).jitter(jitter).attempts(attempts).build();
  }
}
