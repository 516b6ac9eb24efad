// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ValveTest {
  private static final Duration BRIEF = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(3);

  private final VirtualTime time = new VirtualTime();
  private int wakes;
  private final Valve valve = new Valve(time.environment(1), () -> wakes++);

  @Test
  void it_wakes_when_the_wait_is_over() {
    valve.close(BRIEF, valve.mark());
    time.advance(BRIEF.minusNanos(1));
    assertThat(valve.isClosed()).isTrue();
    assertThat(wakes).isZero();

    time.advance(Duration.ofNanos(1));
    assertThat(wakes).isEqualTo(1);
  }

  @Test
  void an_end_while_a_gate_was_asked_is_not_missed() {
    long mark = valve.mark();
    valve.knock();
    valve.close(BRIEF, mark);

    assertThat(valve.isClosed()).isFalse();
  }

  @Test
  void an_end_does_not_shorten_a_long_wait() {
    long mark = valve.mark();
    valve.knock();
    valve.close(LONG, mark);

    assertThat(valve.isClosedLong()).isTrue();
    assertThat(valve.knock()).isFalse();
  }

  @Test
  void after_a_long_wait_it_widens_with_each_message_that_passes() {
    valve.narrow();
    assertThat(valve.window(100)).isEqualTo(1);
    int passes = 0;
    while (valve.passed()) {
      passes++;
    }

    assertThat(passes).isBetween(20, 40);
    assertThat(valve.window(5_000)).isEqualTo(5_000);
  }
}
