// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LadderTest {

  @Test
  void hold_is_never_shorter_than_the_delay_and_hardly_longer() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      double exponent = random.nextDouble() * Math.log((double) Ladder.LONGEST.toMillis());
      Duration delay = Duration.ofNanos((long) (Math.exp(exponent) * 1e6));
      Duration hold = Ladder.TICK.multipliedBy(Ladder.ticks(delay));

      assertThat(hold).isGreaterThanOrEqualTo(delay);
      assertThat(hold.minus(delay)).isLessThanOrEqualTo(Ladder.TICK.plus(delay.dividedBy(32)));
      assertThat(Long.bitCount(Ladder.ticks(delay))).isBetween(1, 6);
    }
  }

  @Test
  void delay_beyond_the_longest_takes_the_longest() {
    assertThat(Ladder.TICK.multipliedBy(Ladder.ticks(Ladder.LONGEST))).isEqualTo(Ladder.LONGEST);
    assertThat(Ladder.ticks(Duration.ofDays(400))).isEqualTo(Ladder.ticks(Ladder.LONGEST));
    assertThat(Ladder.LONGEST).isGreaterThan(Duration.ofDays(12));
  }

  @Test
  void message_stops_at_the_levels_of_its_digits_and_leaves_for_its_queue() {
    for (long ticks : new long[] {1, 2, 3, 5, 63L << 21, Ladder.ticks(Duration.ofMinutes(5))}) {
      String key = Ladder.key(ticks, "a.b");
      long stops = 0;
      for (int level = Ladder.entry(ticks); level >= 0; level--) {
        boolean isStop = matches(Ladder.pattern(level, 1), key);
        assertThat(matches(Ladder.pattern(level, 0), key)).isNotEqualTo(isStop);
        stops += isStop ? 1L << level : 0;
      }
      assertThat(stops).isEqualTo(ticks);
      assertThat(matches(Ladder.exit("a.b"), key)).isTrue();
      assertThat(matches(Ladder.exit("b"), key)).as("another queue").isFalse();
      assertThat(matches(Ladder.exit("a"), key)).as("another queue").isFalse();
    }
  }

  /** As a topic exchange matches a routing key. */
  private static boolean matches(String pattern, String key) {
    StringBuilder regex = new StringBuilder();
    for (String word : pattern.split("\\.", -1)) {
      regex.append(
          switch (word) {
            case "*" -> "[^.]*\\.";
            case "#" -> "([^.]*\\.)*";
            default -> Pattern.quote(word + ".");
          });
    }
    return Pattern.matches(regex.toString(), key + ".");
  }
}
