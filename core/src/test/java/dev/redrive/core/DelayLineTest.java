// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DelayLineTest {
  private final VirtualTime time = new VirtualTime();
  private final List<Entry> came = new ArrayList<>();
  private final List<Instant> times = new ArrayList<>();
  private final DelayLine<Entry> line = DelayLine.byClock(time.environment(1), this::came);

  private static final class Entry extends DueHeap.Node {
    private final Instant when;

    Entry(Instant when) {
      super(DueHeap.nanos(when));
      this.when = when;
    }
  }

  private void came(Entry entry) {
    came.add(entry);
    times.add(time.instant());
  }

  private Entry add(Duration after) {
    Entry entry = new Entry(time.instant().plus(after));
    line.add(entry);
    return entry;
  }

  @Test
  void each_comes_at_exactly_its_time_in_whatever_order_it_was_added() {
    Random random = new Random(4);
    for (int i = 0; i < 5_000; i++) {
      add(Duration.ofMillis(random.nextInt(100_000)));
    }

    time.advance(Duration.ofSeconds(200));

    assertThat(came).hasSize(5_000);
    assertThat(times).isSorted();
    for (int i = 0; i < came.size(); i++) {
      assertThat(times.get(i)).isEqualTo(came.get(i).when);
    }
  }

  @Test
  void many_that_are_due_together_all_come_then() {
    Instant due = time.instant().plusSeconds(3);
    for (int i = 0; i < 5_000; i++) {
      line.add(new Entry(due));
    }

    time.advance(Duration.ofSeconds(3));

    assertThat(came).hasSize(5_000);
    assertThat(times).containsOnly(due);
  }

  @Test
  void what_was_taken_out_does_not_come() {
    Entry first = add(Duration.ofSeconds(1));
    Entry second = add(Duration.ofSeconds(2));

    assertThat(line.remove(first)).isTrue();
    assertThat(line.remove(first)).isFalse();
    time.advance(Duration.ofSeconds(3));

    assertThat(came).containsExactly(second);
    assertThat(line.remove(second)).isFalse();
  }

  @Test
  void emptied_it_wakes_nobody() {
    Entry first = add(Duration.ofSeconds(1));
    Entry second = add(Duration.ofSeconds(2));

    assertThat(line.removeAll()).containsExactly(first, second);
    time.advance(Duration.ofSeconds(3));

    assertThat(came).isEmpty();
  }

  @Test
  void one_timer_serves_all() {
    for (int i = 1_000; i > 0; i--) {
      add(Duration.ofSeconds(i));
    }

    assertThat(time.pending()).isEqualTo(1);
  }

  @Test
  void a_clock_that_jumps_back_makes_nothing_early_and_loses_nothing() {
    Entry entry = add(Duration.ofSeconds(10));
    time.shift(Duration.ofSeconds(-100));

    time.advance(Duration.ofSeconds(109));
    assertThat(came).isEmpty();

    time.advance(Duration.ofSeconds(1));
    assertThat(came).containsExactly(entry);
  }
}
