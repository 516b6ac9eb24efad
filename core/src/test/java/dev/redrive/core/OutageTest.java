// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.LoadBucket;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.retry.Simulation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link RetryPolicy#simulate} computes what an outage does; here the engine goes through one, and
 * does the same, stretch by stretch.
 *
 * <p>How far they may differ follows from what differs. The engine draws delays, and messages draw
 * them independently: what they do in a stretch of time has a variance of at most its mean times
 * the most that one of them can do there, so that {@value #DEVIATIONS} standard deviations of the
 * mean of all seeds are not exceeded by chance. The model takes messages for a fluid, where the
 * engine gets them one by one: at each end of the stretch, one more or less of each number of
 * attempts. And the model takes the load to be even within its cells, so that where it begins or
 * ends, half a cell's worth is blurred for each number of attempts.
 */
class OutageTest {
  private static final int SEEDS = 3;
  private static final double DEVIATIONS = 5;
  private static final double CELLS_PER_BUCKET = 32;
  private static final double PER_SECOND = 5;
  private static final Duration OUTAGE = ofMinutes(2);

  static List<RetryPolicy> policies() {
    return List.of(
        policy(Backoff.fixed(ofSeconds(10)), Jitter.none(), 1_000),
        policy(Backoff.fixed(ofSeconds(10)), Jitter.full(), 1_000),
        policy(Backoff.exponential(ofSeconds(1), ofSeconds(30)), Jitter.none(), 20),
        policy(Backoff.exponential(ofSeconds(1), ofSeconds(30)), Jitter.full(), 20),
        policy(Backoff.exponential(ofSeconds(1), ofSeconds(30)), Jitter.equal(), 20),
        policy(Backoff.exponential(ofSeconds(1), ofSeconds(30)), Jitter.additive(), 20),
        policy(Backoff.exponential(ofSeconds(2), ofMinutes(1)), Jitter.full(), 4),
        policy(Backoff.list(ofSeconds(5), ofSeconds(20)), Jitter.none(), 3),
        RetryPolicy.defaults());
  }

  private static RetryPolicy policy(Backoff backoff, Jitter jitter, int attempts) {
    return RetryPolicy.builder().backoff(backoff).jitter(jitter).attempts(attempts).build();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void the_engine_goes_through_it_as_was_computed(RetryPolicy policy) {
    Simulation simulation = policy.simulate(OUTAGE, PER_SECOND);
    OutageRun run = OutageRun.mean(isDrawn(policy) ? SEEDS : 1, policy, simulation);

    for (int i = 0; i < simulation.buckets().size(); i++) {
      LoadBucket bucket = simulation.buckets().get(i);
      String what = "from " + bucket.from() + " of\n" + simulation;
      double most = run.mostOfOne(i);
      assertThat(run.firstAttempts(i)).as(what).isCloseTo(bucket.firstAttempts(), within(1.0));
      assertThat(run.retries(i))
          .as("retries %s", what)
          .isCloseTo(
              bucket.retries(), within(tolerance(policy, simulation, most, bucket.retries())));
      assertThat(run.dead(i))
          .as("dead %s", what)
          .isCloseTo(bucket.dead(), within(tolerance(policy, simulation, 1, bucket.dead())));
      assertThat(run.waiting(i))
          .as("waiting %s", what)
          .isCloseTo(bucket.waiting(), within(tolerance(policy, simulation, 1, bucket.waiting())));
    }
    assertThat(run.drained()).isLessThanOrEqualTo(simulation.drained());
  }

  private static double tolerance(
      RetryPolicy policy, Simulation simulation, double mostOfOne, double mean) {
    double chance = isDrawn(policy) ? DEVIATIONS * Math.sqrt(mostOfOne * mean / SEEDS) : 0;
    double cell = PER_SECOND * seconds(simulation.bucketWidth()) / CELLS_PER_BUCKET;
    return chance + numbersWithin(policy) * (1 + cell / 2);
  }

  private static boolean isDrawn(RetryPolicy policy) {
    return !policy.jitter().equals(Jitter.none());
  }

  /** How many attempts a message has in the outage, the first included. */
  private static long numbersWithin(RetryPolicy policy) {
    return 1
        + policy.preview().steps().stream()
            .filter(
                step ->
                    step.cumulativeEarliest()
                            .plus(step.cumulativeLatest())
                            .compareTo(OUTAGE.multipliedBy(2))
                        < 0)
            .count();
  }

  /**
   * There a delay is drawn from a window that the one before it opens, and the model takes the mean
   * of these windows for all of them. How far that is from the truth follows from nothing, so only
   * the sum is held to it, as closely as it was found to agree.
   */
  @Test
  void with_decorrelated_jitter_the_sums_are_near() {
    RetryPolicy policy =
        policy(Backoff.exponential(ofSeconds(1), ofSeconds(30)), Jitter.decorrelated(), 20);
    Simulation simulation = policy.simulate(OUTAGE, PER_SECOND);
    OutageRun run = OutageRun.mean(SEEDS, policy, simulation);
    double retries = 0;
    for (int i = 0; i < simulation.buckets().size(); i++) {
      retries += run.retries(i);
    }

    assertThat(retries).isCloseTo(simulation.retries(), withinPercentage(15));
    assertThat(run.drained()).isLessThanOrEqualTo(simulation.drained());
  }

  /** Nothing is drawn, so the last delay is known to the message before the end of the outage. */
  @Test
  void without_jitter_the_last_message_ends_when_it_was_said() {
    for (RetryPolicy policy :
        List.of(
            policy(Backoff.fixed(ofSeconds(10)), Jitter.none(), 1_000),
            policy(Backoff.exponential(ofSeconds(1), ofSeconds(30)), Jitter.none(), 20))) {
      Simulation simulation = policy.simulate(OUTAGE, PER_SECOND);
      Duration real = OutageRun.mean(1, policy, simulation).drained();

      assertThat(real).isBetween(simulation.drained().minus(betweenTwo()), simulation.drained());
    }
  }

  private static Duration betweenTwo() {
    return ofMillis((long) (1_000 / PER_SECOND));
  }

  /**
   * What comes takes 80 % of the capacity, so that what waited has the rest. A message that is
   * being attempted is neither waiting nor due, so up to as many as are attempted at once may be
   * between the two. How long it takes to drain follows from how many there are, which is as
   * uncertain.
   */
  @Test
  void a_dependency_at_its_capacity_drains_as_was_computed() {
    Duration outage = ofMinutes(1);
    RetryPolicy policy = policy(Backoff.fixed(ofSeconds(5)), Jitter.full(), 1_000);
    int atOnce = 5;
    Duration each = ofMillis(800);
    double capacity = atOnce / 0.8;
    Simulation simulation = policy.simulate(outage, PER_SECOND, capacity);

    OutageRun run = OutageRun.bounded(7, policy, simulation, atOnce, each);

    for (int i = 0; i < simulation.buckets().size(); i++) {
      LoadBucket bucket = simulation.buckets().get(i);
      double open = bucket.waiting() + bucket.backlog();
      assertThat(run.open(i))
          .as("open at the end of the bucket from %s of\n%s", bucket.from(), simulation)
          .isCloseTo(open, within(DEVIATIONS * Math.sqrt(open) + atOnce + 1));
    }
    double late =
        (DEVIATIONS * Math.sqrt(simulation.waitingAtEnd()) + atOnce) / (capacity - PER_SECOND);
    assertThat(seconds(run.drained())).isCloseTo(seconds(simulation.drained()), within(late));
    assertThat(seconds(simulation.timeToDrain()))
        .as("300 that wait, at 1.25 a second")
        .isCloseTo(300 / (capacity - PER_SECOND), within(15.0));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}
