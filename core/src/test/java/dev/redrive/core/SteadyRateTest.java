// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class SteadyRateTest {
  private final SteadyRate rate = new SteadyRate();
  private long now = -Duration.ofSeconds(7).toNanos();

  private void succeed(int perSecond, int seconds) {
    long interval = Duration.ofSeconds(1).toNanos() / perSecond;
    for (int i = 0; i < perSecond * seconds; i++) {
      rate.succeeded(now);
      now += interval;
    }
  }

  @Test
  void it_is_what_succeeded_in_a_second() {
    succeed(80, 20);

    assertThat(rate.perSecond().orElseThrow()).isCloseTo(80, Percentage.withPercentage(1));
  }

  @Test
  void an_outage_does_not_change_it() {
    succeed(80, 20);
    now += Duration.ofMinutes(3).toNanos();

    assertThat(rate.perSecond().orElseThrow()).isCloseTo(80, Percentage.withPercentage(1));
  }

  @Test
  void it_forgets_what_is_long_ago() {
    succeed(500, 40);
    succeed(20, 32);

    assertThat(rate.perSecond().orElseThrow()).isCloseTo(20, Percentage.withPercentage(1));
  }

  @Test
  void a_gap_counts_as_a_time_of_little() {
    succeed(60, 30);
    now += Duration.ofSeconds(15).toNanos();
    succeed(60, 2);

    assertThat(rate.perSecond().orElseThrow()).isBetween(25.0, 40.0);
  }

  @Test
  void too_little_says_nothing() {
    assertThat(rate.perSecond()).isEmpty();
    succeed(100, 3);
    assertThat(rate.perSecond()).as("three seconds").isEmpty();
    now += Duration.ofMinutes(10).toNanos();
    succeed(1, 4);
    assertThat(rate.perSecond()).as("four messages").isEmpty();
  }
}
