// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What limits do in the real engine, on virtual time. */
class EngineTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MILLI = Duration.ofMillis(1);

  @Test
  void a_queue_keeps_its_rate_and_loses_nothing() {
    Factory factory = new Factory(MILLI, 16, RateLimit.perSecond(100).burst(10));
    factory.send("a", 3_000);

    factory.time.advance(Duration.ofSeconds(20));
    assertThat(factory.began.size()).isBetween(1_950, 2_010);
    factory.time.advance(Duration.ofSeconds(20));

    assertThat(factory.began.size()).isEqualTo(3_000);
    assertThat(factory.mostWithin(SECOND, each -> true)).isLessThanOrEqualTo(110);
    assertThat(factory.began).allMatch(each -> each.attempt() == 1);
  }

  @Test
  void a_key_with_a_hundred_times_the_load_at_most_doubles_the_waiting_of_the_others() {
    Duration alone = waitingOfTheOthers(false, RateLimit.perSecond(60).burst(1));
    Duration beside = waitingOfTheOthers(true, RateLimit.perSecond(60).burst(1));

    assertThat(beside).isLessThanOrEqualTo(alone.multipliedBy(2));
  }

  @Test
  void a_flood_of_one_key_at_its_own_rate_holds_up_no_other() {
    RateLimit limit = RateLimit.perSecond(10).burst(1).perKey();

    Duration beside = waitingOfTheOthers(true, limit);

    assertThat(beside).isLessThan(Duration.ofMillis(100));
  }

  /** Twenty keys send one a second each, all at the same moment; perhaps one sends a hundred. */
  private static Duration waitingOfTheOthers(boolean isBesideAFlood, RateLimit limit) {
    Factory factory = new Factory(MILLI, 16, limit);
    for (int key = 0; key < 20; key++) {
      factory.stream("light" + key, SECOND, 60);
    }
    if (isBesideAFlood) {
      factory.stream("heavy", Duration.ofMillis(10), 6_000);
    }
    factory.time.advance(Duration.ofSeconds(70));
    assertThat(factory.beganOf("light")).isEqualTo(20 * 60);
    return factory.waitedP99("light");
  }

  @Test
  void no_more_of_a_key_run_at_once_than_may_and_the_others_go_on() {
    Factory factory = new Factory(SECOND, 16, ConcurrencyLimit.of(2).perKey());
    factory.send("heavy", 40);
    factory.send("light", 2);

    factory.time.advance(Duration.ofMillis(100));
    assertThat(factory.runningMost()).isEqualTo(4);
    factory.time.advance(Duration.ofSeconds(25));

    assertThat(factory.began.size()).isEqualTo(42);
    assertThat(factory.mostWithin(Duration.ofMillis(999), each -> true)).isLessThanOrEqualTo(4);
    assertThat(factory.began).allMatch(each -> each.attempt() == 1);
  }

  @Test
  void retries_beyond_the_budget_wait_and_cost_nothing() {
    Factory factory = new Factory(MILLI, 16, RetryBudget.of(0.1, 2));
    factory.fail(message -> message.attempt() == 1);
    factory.send("a", 200);

    factory.time.advance(Duration.ofSeconds(10));
    assertThat(factory.began.stream().filter(each -> each.attempt() == 2).count())
        .isBetween(30L, 45L);
    factory.time.advance(Duration.ofMinutes(3));

    assertThat(factory.began.size()).isEqualTo(400);
    assertThat(factory.mostWithin(SECOND, each -> each.attempt() == 2)).isLessThanOrEqualTo(26);
  }

  @Test
  void a_queue_of_which_most_would_die_is_held_and_goes_on_when_one_has_succeeded() {
    Factory factory = new Factory(MILLI, 4, DeadLetterAdmission.of(0.5, 20));
    factory.fail(message -> true);
    factory.send("a", 500);
    factory.time.advance(Duration.ofSeconds(30));
    int dead = deadCount(factory);
    assertThat(dead).isBetween(20, 30);

    factory.time.advance(Duration.ofSeconds(29));
    assertThat(deadCount(factory)).isEqualTo(dead);
    factory.fail(message -> false);
    factory.time.advance(Duration.ofMinutes(5));

    assertThat(deadCount(factory)).isEqualTo(dead);
    assertThat(factory.queue.stats().toCompletableFuture().join().succeeded())
        .isEqualTo(500 - dead);
  }

  private static int deadCount(Factory factory) {
    return (int) factory.queue.stats().toCompletableFuture().join().dead();
  }
}
