// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RampTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Ramp ramp = new Ramp();
  private final List<Long> passes = new ArrayList<>();
  private long now = -12_345;

  private void back(double steady) {
    ramp.end(steady == 0 ? OptionalDouble.empty() : OptionalDouble.of(steady));
    ramp.begin(now);
  }

  /** Somebody asks all the time, as a backlog does. */
  private void press(int seconds) {
    long end = now + seconds * SECOND;
    while (now < end) {
      long wait = ramp.ask(now);
      if (wait == 0) {
        passes.add(now);
        // Some time passes between two, in any case.
        now += 50_000;
      } else {
        now += wait;
      }
    }
  }

  private int mostInASecond() {
    int most = 0;
    int first = 0;
    for (int last = 0; last < passes.size(); last++) {
      while (passes.get(last) - passes.get(first) >= SECOND) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  private long passedIn(int second) {
    long from = passes.get(0) + second * SECOND;
    return passes.stream().filter(at -> at >= from && at < from + SECOND).count();
  }

  @Test
  void it_begins_with_a_tenth_and_stays_below_twice_the_steady_rate() {
    back(80);
    press(600);

    assertThat(passedIn(0)).isBetween(8L, 10L);
    assertThat(passedIn(30)).isBetween(140L, 160L);
    assertThat(mostInASecond()).isBetween(150, 160);
    assertThat(ramp.isOn()).isTrue();
  }

  @Test
  void a_high_rate_is_reached_with_few_waits() {
    back(10_000);
    press(60);

    assertThat(passedIn(50)).isBetween(18_000L, 20_000L);
    assertThat(mostInASecond()).isLessThanOrEqualTo(20_000);
  }

  @Test
  void it_reaches_the_steady_rate_within_twenty_seconds() {
    back(80);
    press(20);

    assertThat(passedIn(18)).isGreaterThan(80);
  }

  @Test
  void where_nothing_is_known_it_begins_with_ten_and_doubles() {
    back(0);
    press(30);

    assertThat(passedIn(0)).isBetween(9L, 13L);
    assertThat(passedIn(25)).isGreaterThan(500);
  }

  @Test
  void a_dependency_that_is_hardly_used_gets_ten_a_second_at_most() {
    back(0.2);
    press(120);

    assertThat(mostInASecond()).isBetween(8, 11);
  }

  @Test
  void it_ends_when_nothing_has_waited_for_a_while() {
    back(80);
    press(30);
    for (int i = 0; i < 30 && ramp.isOn(); i++) {
      now += SECOND;
      assertThat(ramp.ask(now)).isZero();
    }

    assertThat(ramp.isOn()).isFalse();
    press(2);
    assertThat(mostInASecond()).as("all passes").isGreaterThan(1_000);
  }

  @Test
  void an_outage_in_the_middle_of_it_does_not_change_what_was_steady() {
    back(80);
    press(5);
    ramp.end(OptionalDouble.of(5_000));
    now += 30 * SECOND;
    ramp.begin(now);
    passes.clear();
    press(60);

    assertThat(mostInASecond()).isBetween(150, 160);
  }

  @Test
  void what_has_become_more_for_good_is_not_kept_back_for_ever() {
    back(80);
    press(3_600);
    assertThat(mostInASecond()).isLessThanOrEqualTo(160);
    passes.clear();
    press(180);

    assertThat(mostInASecond()).isBetween(1_000, 1_300);
  }
}
