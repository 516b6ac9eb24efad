// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinkTest {
  private final Hand clock = new Hand();

  /** A clock whose hand is moved by the test. */
  private static final class Hand extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @Test
  void pauses_grow_to_a_bound() {
    Link link = new Link(clock, Optional.empty(), () -> 1);
    long[] pauses = new long[9];
    for (int i = 0; i < pauses.length; i++) {
      link.down();
      pauses[i] = link.pause().toMillis();
    }

    assertThat(pauses).startsWith(500, 1_000, 2_000, 4_000).endsWith(15_000, 15_000);
  }

  @Test
  void pauses_start_small_again_after_an_answer() {
    Link link = new Link(clock, Optional.empty(), () -> 1);
    link.down();
    link.down();

    assertThat(link.up()).isTrue();
    assertThat(link.up()).isFalse();
    assertThat(link.down()).isTrue();
    assertThat(link.pause()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void it_gives_up_after_its_time_and_not_a_moment_later() {
    Link link = new Link(clock, Optional.of(Duration.ofSeconds(10)), () -> 1);
    link.down();
    clock.now = clock.now.plusSeconds(9);

    assertThat(link.isGivenUp()).isFalse();
    assertThat(link.pause()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    clock.now = clock.now.plusSeconds(1);
    assertThat(link.isGivenUp()).isTrue();
  }
}
