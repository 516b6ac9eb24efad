// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LadderTest {
  /** Up to so many seconds each one has a sum of its own. */
  private static final Duration EXACT = Duration.ofSeconds(257);

  @Test
  void last_second_or_two_of_a_delay_that_is_exact_are_left() {
    LongStream.range(Ladder.SHORTEST.toMillis(), EXACT.toMillis())
        .mapToObj(Duration::ofMillis)
        .forEach(
            delay ->
                assertThat(delay.minus(Ladder.stay(delay)))
                    .as("what is left of %s", delay)
                    .isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_999)));
  }

  @Test
  void longer_delay_is_hardly_late() {
    delays(100_000)
        .forEach(
            delay -> {
              long late = Ladder.stay(Duration.ofMillis(delay)).toMillis() - delay;
              assertThat(late).as("%s ms", delay).isBetween(-1_999L, delay * 8 / 1_000);
            });
  }

  @Test
  void longer_delay_stays_as_long_or_longer() {
    long[] sorted = delays(100_000).sorted().toArray();
    for (int i = 1; i < sorted.length; i++) {
      assertThat(Ladder.stay(Duration.ofMillis(sorted[i])))
          .isGreaterThanOrEqualTo(Ladder.stay(Duration.ofMillis(sorted[i - 1])));
    }
  }

  @Test
  void eight_levels_at_most_lead_down_and_end() {
    delays(100_000)
        .mapToObj(delay -> Ladder.stay(Duration.ofMillis(delay)))
        .forEach(
            stay -> {
              assertThat(Long.bitCount(stay.toSeconds())).isBetween(1, 8);
              Walk walk = Walk.of(stay, 0);
              assertThat(walk.levels()).isEqualTo(Long.bitCount(stay.toSeconds()));
              assertThat(walk.late()).isZero();
            });
  }

  @Test
  void steps_that_take_up_to_half_a_second_do_not_add_up() {
    Random random = new Random(3);
    delays(20_000)
        .forEach(
            delay -> {
              Duration stay = Ladder.stay(Duration.ofMillis(delay));
              Walk walk = Walk.of(stay, 1 + random.nextInt(500));

              assertThat(walk.late())
                  .as("delay of %d ms", delay)
                  .isBetween(-500L, 1_000 + delay * 4 / 1_000);
              // What is late by more than it may be at the end goes by all levels up to 32 seconds.
              assertThat(walk.levels()).as("delay of %d ms", delay).isLessThanOrEqualTo(8 + 6);
            });
  }

  @Test
  void punctual_steps_take_no_level_more() {
    delays(20_000)
        .forEach(
            delay -> {
              Duration stay = Ladder.stay(Duration.ofMillis(delay));

              assertThat(Walk.of(stay, 60).levels()).isEqualTo(Long.bitCount(stay.toSeconds()));
            });
  }

  @Test
  void late_message_keeps_its_levels() {
    assertThat(Ladder.next(Duration.ofMillis(127_100))).isEqualTo(7);
    assertThat(Ladder.next(Duration.ofMillis(63_600))).isEqualTo(6);
    assertThat(Ladder.next(Duration.ofSeconds(65_536 - 60))).isEqualTo(16);
    assertThat(Ladder.next(Duration.ofSeconds(127))).as("not late").isEqualTo(6);
    assertThat(Ladder.next(Duration.ofSeconds(127 << 12))).as("not late").isEqualTo(18);
  }

  @Test
  void message_that_was_not_rounded_leaves_before_it_is_due_and_not_long_before() {
    for (long delay = Ladder.SHORTEST.toMillis(); delay < EXACT.toMillis(); delay += 7) {
      for (int step = 0; step <= 500; step += 50) {
        Duration stay = Ladder.stay(Duration.ofMillis(delay));
        long left = delay - stay.toMillis() - Walk.of(stay, step).late();

        assertThat(left)
            .as("delay of %d ms, steps of %d ms", delay, step)
            .isBetween(0L, Ladder.EARLIEST.toMillis());
      }
    }
  }

  @Test
  void delay_beyond_the_longest_takes_the_longest_first() {
    assertThat(Ladder.stay(Ladder.LONGEST)).isEqualTo(Ladder.LONGEST);
    assertThat(Ladder.stay(Duration.ofDays(4_000))).isEqualTo(Ladder.LONGEST);
    assertThat(Ladder.LONGEST).isGreaterThan(Duration.ofDays(12));
    assertThat(Ladder.first(Ladder.LONGEST)).isEqualTo(Ladder.LEVELS - 1);
  }

  @Test
  void what_is_overdue_leaves_the_ladder() {
    assertThat(Ladder.next(Duration.ZERO)).isEqualTo(-1);
    assertThat(Ladder.next(Duration.ofMillis(499))).isEqualTo(-1);
    assertThat(Ladder.next(Duration.ofMillis(500))).isZero();
    assertThat(Ladder.next(Duration.ofDays(-30))).isEqualTo(-1);
    assertThat(Ladder.next(Duration.ofDays(4_000))).isEqualTo(Ladder.LEVELS - 1);
  }

  /** Delays of all lengths that the ladder takes, in milliseconds. */
  private static LongStream delays(int count) {
    Random random = new Random(7);
    double shortest = Math.log((double) Ladder.SHORTEST.toMillis());
    double longest = Math.log((double) Ladder.LONGEST.toMillis());
    return LongStream.generate(
            () -> (long) Math.exp(shortest + random.nextDouble() * (longest - shortest)))
        .limit(count);
  }

  /**
   * The way of a message down the ladder.
   *
   * @param levels how many it waited at
   * @param late milliseconds after it was to leave
   */
  private record Walk(int levels, long late) {

    /** Each step takes so many milliseconds besides its hold. */
    static Walk of(Duration stay, int step) {
      long passed = 0;
      int levels = 0;
      int level = Ladder.first(stay);
      while (level >= 0) {
        passed += Ladder.hold(level).toMillis() + step;
        levels++;
        int next = Ladder.next(stay.minusMillis(passed));
        assertThat(next).isLessThan(level);
        level = next;
      }
      return new Walk(levels, passed - stay.toMillis());
    }
  }
}
