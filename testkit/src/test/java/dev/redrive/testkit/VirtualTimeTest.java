// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final List<String> log = new ArrayList<>();

  private Instant in(int seconds) {
    return VirtualTime.START.plusSeconds(seconds);
  }

  private void note(String what) {
    log.add(what + " at " + Duration.between(VirtualTime.START, time.instant()).toSeconds());
  }

  @Test
  void timers_fire_in_order_each_at_its_time() {
    time.at(in(3), () -> note("c"));
    time.at(in(1), () -> note("a"));
    time.at(in(3), () -> note("d"));
    time.at(in(2), () -> note("b"));

    time.advance(Duration.ofSeconds(10));

    assertThat(log).containsExactly("a at 1", "b at 2", "c at 3", "d at 3");
    assertThat(time.instant()).isEqualTo(in(10));
    assertThat(time.pending()).isZero();
  }

  @Test
  void timer_is_not_early_by_a_nanosecond() {
    time.at(in(1), () -> note("a"));

    time.advance(SECOND.minusNanos(1));
    assertThat(log).isEmpty();
    time.advance(Duration.ofNanos(1));
    assertThat(log).containsExactly("a at 1");
  }

  @Test
  void what_follows_from_a_timer_comes_before_the_next_one() {
    time.at(
        in(1),
        () -> {
          note("timer");
          time.execute(() -> note("task"));
          time.at(in(2), () -> note("nested"));
        });
    time.at(in(1), () -> note("second"));
    time.at(in(3), () -> note("third"));

    time.advance(Duration.ofSeconds(3));

    assertThat(log)
        .containsExactly("timer at 1", "task at 1", "second at 1", "nested at 2", "third at 3");
  }

  @Test
  void nothing_runs_when_it_is_given() {
    time.execute(() -> note("task"));
    time.at(in(0), () -> note("timer"));
    assertThat(log).isEmpty();
    assertThat(time.pending()).isEqualTo(2);

    time.runUntilIdle();
    assertThat(log).containsExactly("task at 0", "timer at 0");
  }

  @Test
  void cancelled_timer_does_not_fire() {
    Timers.Timer timer = time.at(in(1), () -> note("a"));

    assertThat(timer.cancel()).isTrue();
    assertThat(timer.cancel()).isFalse();
    time.advance(SECOND);
    assertThat(log).isEmpty();
  }

  @Test
  void timer_that_fired_cannot_be_cancelled() {
    Timers.Timer timer = time.at(in(1), () -> note("a"));
    time.advance(SECOND);

    assertThat(timer.cancel()).isFalse();
  }

  @Test
  void timers_follow_the_clock_when_it_jumps() {
    time.at(in(10), () -> note("a"));
    time.shift(Duration.ofSeconds(-5));
    time.advance(Duration.ofSeconds(14));
    assertThat(log).as("the clock shows 9").isEmpty();
    time.advance(SECOND);
    assertThat(log).containsExactly("a at 10");

    time.at(in(20), () -> note("b"));
    time.shift(Duration.ofSeconds(90));
    assertThat(log).as("a jump runs nothing").hasSize(1);
    time.runUntilIdle();
    assertThat(log).containsExactly("a at 10", "b at 100");
  }

  @Test
  void what_comes_after_some_time_does_not_care_when_the_clock_jumps() {
    long began = time.nanoTime();
    time.after(Duration.ofSeconds(10), () -> note("a"));
    time.shift(Duration.ofSeconds(90));
    time.at(in(95), () -> note("b"));

    time.advance(Duration.ofSeconds(9));
    assertThat(log).containsExactly("b at 95");
    time.shift(Duration.ofSeconds(-50));
    time.advance(SECOND);

    assertThat(log).containsExactly("b at 95", "a at 50");
    assertThat(time.nanoTime() - began).isEqualTo(Duration.ofSeconds(10).toNanos());
    assertThat(time.after(SECOND, () -> note("c")).cancel()).isTrue();
    assertThat(time.after(Duration.ofSeconds(Long.MAX_VALUE), () -> note("never")).cancel())
        .isTrue();
    assertThat(time.pending()).isZero();
  }

  @Test
  void time_can_be_let_pass_until_something_happens() {
    time.at(in(5), () -> note("a"));
    time.at(in(7), () -> note("b"));

    assertThat(time.advanceUntil(() -> !log.isEmpty(), Duration.ofHours(1))).isTrue();
    assertThat(time.instant()).isEqualTo(in(5));
    assertThat(time.advanceUntil(() -> log.size() == 3, Duration.ofSeconds(5))).isFalse();
    assertThat(time.instant()).isEqualTo(in(10));
  }

  @Test
  void endless_work_is_ended() {
    time.execute(this::again);

    assertThatThrownBy(time::runUntilIdle)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no end");
  }

  private void again() {
    time.execute(this::again);
  }

  @Test
  void time_is_not_driven_from_within() {
    time.execute(time::runUntilIdle);

    assertThatThrownBy(time::runUntilIdle)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("one place");
    time.runUntilIdle();
  }

  @Test
  void time_does_not_pass_backwards() {
    assertThatThrownBy(() -> time.advance(SECOND.negated()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void what_a_task_throws_reaches_the_test() {
    time.execute(
        () -> {
          throw new IllegalArgumentException("from a task");
        });

    assertThatThrownBy(() -> time.advance(SECOND)).hasMessage("from a task");
    time.advance(SECOND);
  }

  @Test
  void environment_is_repeatable_and_has_no_threads() {
    Environment one = time.environment(5);
    Environment two = new VirtualTime().environment(5);

    assertThat(one.random().nextLong()).isEqualTo(two.random().nextLong());
    assertThat(one.clock().instant()).isEqualTo(VirtualTime.START);
    assertThatThrownBy(() -> one.threads().newThread(() -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("executor");
  }
}
