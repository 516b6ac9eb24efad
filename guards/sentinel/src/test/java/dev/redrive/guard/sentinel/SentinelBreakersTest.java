// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alibaba.csp.sentinel.slots.block.degrade.circuitbreaker.EventObserverRegistry;
import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SentinelBreakersTest {
  private static final Candidate CANDIDATE =
      new Candidate("orders", "a", Optional.empty(), 1, Map.of());
  private static final Duration TOOK = Duration.ofMillis(1);

  private final VirtualTime time = new VirtualTime();

  private Breaker of(SentinelBreakers.Builder builder) {
    return builder.build().create("psp", new GateTime(time, time::nanoTime));
  }

  private static Permit passing(Breaker breaker) {
    Answer answer = breaker.ask(CANDIDATE);
    assertThat(answer).isInstanceOf(Answer.Pass.class);
    return ((Answer.Pass) answer).permit();
  }

  private static void succeed(Breaker breaker, int calls, Duration took) {
    for (int i = 0; i < calls; i++) {
      passing(breaker).succeeded(took);
    }
  }

  private static void fail(Breaker breaker, int calls) {
    for (int i = 0; i < calls; i++) {
      passing(breaker).failed(new IOException("planned"), TOOK);
    }
  }

  private static Duration refused(Breaker breaker) {
    Answer answer = breaker.ask(CANDIDATE);
    assertThat(answer).isInstanceOf(Answer.Wait.class);
    return ((Answer.Wait) answer).time();
  }

  @Test
  void it_opens_when_exactly_the_rate_is_reached() {
    Breaker breaker = of(SentinelBreakers.builder().failureRate(0.2));
    succeed(breaker, 16, TOOK);
    fail(breaker, 3);
    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    fail(breaker, 1);

    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
  }

  @Test
  void where_all_have_to_fail_all_do() {
    Breaker breaker = of(SentinelBreakers.builder().failureRate(1));
    fail(breaker, 10);

    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
  }

  @Test
  void what_is_older_than_the_interval_counts_no_more() {
    Breaker breaker = of(SentinelBreakers.builder().interval(Duration.ofSeconds(10)));
    fail(breaker, 9);
    time.advance(Duration.ofMillis(10_001));
    fail(breaker, 9);
    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);

    time.advance(Duration.ofSeconds(8));
    fail(breaker, 1);
    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
  }

  @Test
  void a_number_of_failures_opens_it_however_many_succeed() {
    Breaker breaker = of(SentinelBreakers.builder().failures(3));
    fail(breaker, 2);
    succeed(breaker, 1_000, TOOK);
    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    fail(breaker, 1);

    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
  }

  @Test
  void slow_calls_open_it_if_it_is_told_what_is_slow() {
    Breaker careless = of(SentinelBreakers.builder());
    succeed(careless, 100, Duration.ofHours(20));
    assertThat(careless.state()).isEqualTo(Breaker.State.CLOSED);

    Breaker careful = of(SentinelBreakers.builder().slowCall(Duration.ofSeconds(2)).slowRate(0.25));
    succeed(careful, 30, Duration.ofMillis(1_999));
    succeed(careful, 9, Duration.ofSeconds(2));
    assertThat(careful.state()).isEqualTo(Breaker.State.CLOSED);
    succeed(careful, 1, Duration.ofSeconds(2));
    assertThat(careful.state()).isEqualTo(Breaker.State.OPEN);
    assertThat(careful.status().detail()).isEqualTo("0 of 40 calls failed, 10 were slow");
  }

  @Test
  void a_slow_canary_is_one_that_failed() {
    Breaker breaker = of(SentinelBreakers.builder().slowCall(Duration.ofSeconds(2)));
    fail(breaker, 10);
    time.advance(refused(breaker));
    succeed(breaker, 1, Duration.ofSeconds(3));

    assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
  }

  @Test
  void each_time_the_canary_fails_it_stays_open_for_twice_as_long_up_to_the_most() {
    Breaker breaker =
        of(
            SentinelBreakers.builder()
                .openFor(Duration.ofMillis(4_500))
                .openForMax(Duration.ofSeconds(10)));
    fail(breaker, 10);

    for (int millis : new int[] {4_500, 9_000, 10_000, 10_000}) {
      assertThat(refused(breaker)).isEqualTo(Duration.ofMillis(millis));
      time.advance(Duration.ofMillis(millis).minusNanos(1));
      refused(breaker);
      time.advance(Duration.ofNanos(1));
      fail(breaker, 1);
    }
    time.advance(refused(breaker));
    succeed(breaker, 1, TOOK);
    fail(breaker, 10);
    assertThat(refused(breaker)).as("after it was closed").isEqualTo(Duration.ofMillis(4_500));
  }

  @Test
  void once_closed_it_knows_nothing_of_the_outage() {
    Breaker breaker = of(SentinelBreakers.builder().interval(Duration.ofMinutes(10)));
    succeed(breaker, 3, TOOK);
    time.advance(Duration.ofSeconds(61));
    fail(breaker, 7);
    time.advance(refused(breaker));
    succeed(breaker, 1, TOOK);

    fail(breaker, 9);
    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void a_canary_that_made_no_attempt_leaves_the_breaker_half_open() {
    Breaker breaker = of(SentinelBreakers.builder());
    fail(breaker, 10);
    time.advance(refused(breaker));
    Permit canary = passing(breaker);
    canary.unused();

    assertThat(breaker.state()).isEqualTo(Breaker.State.HALF_OPEN);
    passing(breaker);
    refused(breaker);
  }

  @Test
  void what_fails_while_a_person_holds_it_closed_is_not_counted() {
    Breaker breaker = of(SentinelBreakers.builder());
    breaker.force(false);
    fail(breaker, 10);

    assertThat(breaker.status().detail()).isEqualTo("0 of 0 calls failed");
  }

  @Test
  void a_clock_that_is_set_changes_nothing() {
    Breaker breaker = of(SentinelBreakers.builder());
    fail(breaker, 10);
    Duration wait = refused(breaker);

    time.shift(Duration.ofDays(1));
    refused(breaker);
    time.shift(Duration.ofDays(-2));
    time.advance(wait);

    passing(breaker);
  }

  @Test
  void a_clock_that_begins_below_zero_is_one_like_any() {
    long shift = Long.MIN_VALUE / 2;
    Breaker breaker =
        SentinelBreakers.builder()
            .build()
            .create("psp", new GateTime(time, () -> time.nanoTime() + shift));
    fail(breaker, 10);
    time.advance(refused(breaker));
    succeed(breaker, 1, TOOK);

    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void two_of_one_name_know_nothing_of_each_other() {
    Breaker one = of(SentinelBreakers.builder());
    Breaker other = of(SentinelBreakers.builder());
    fail(one, 10);

    assertThat(other.state()).isEqualTo(Breaker.State.CLOSED);
    fail(other, 9);
    assertThat(other.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void an_observer_of_sentinels_hears_of_it_and_may_throw() {
    List<String> heard = new ArrayList<>();
    EventObserverRegistry.getInstance()
        .addStateChangeObserver(
            "test",
            (before, after, rule, value) -> {
              heard.add(rule.getResource() + " " + after);
              throw new IllegalStateException("planned");
            });
    try {
      Breaker breaker = of(SentinelBreakers.builder().failures(1));
      Permit old = passing(breaker);
      assertThatThrownBy(() -> fail(breaker, 1)).hasMessage("planned");
      time.advance(refused(breaker));
      Permit canary = passing(breaker);
      old.succeeded(TOOK);
      assertThat(breaker.state()).isEqualTo(Breaker.State.HALF_OPEN);
      assertThatThrownBy(() -> canary.succeeded(TOOK)).hasMessage("planned");

      assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
      assertThat(heard).containsExactly("psp OPEN", "psp CLOSED");
    } finally {
      EventObserverRegistry.getInstance().removeStateChangeObserver("test");
    }
  }

  @Test
  void those_of_the_same_settings_are_equal() {
    assertThat(SentinelBreakers.builder().build())
        .isEqualTo(SentinelBreakers.builder().build())
        .hasSameHashCodeAs(SentinelBreakers.builder().build())
        .isNotEqualTo(SentinelBreakers.builder().failures(2).build());
  }

  @Test
  void all_mistakes_are_told_at_once() {
    assertThatThrownBy(
            () ->
                SentinelBreakers.builder()
                    .failureRate(0)
                    .failures(0)
                    .minimumCalls(0)
                    .slowCall(Duration.ZERO)
                    .slowRate(1.1)
                    .interval(Duration.ofMillis(101))
                    .openFor(Duration.ZERO)
                    .openForMax(Duration.ofDays(2))
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("failureRate")
        .hasMessageContaining("failures")
        .hasMessageContaining("minimumCalls")
        .hasMessageContaining("slowCall")
        .hasMessageContaining("slowRate")
        .hasMessageContaining("interval")
        .hasMessageContaining("openFor ")
        .hasMessageContaining("openForMax");
  }
}
