// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BackoffTest {

  private static final Duration LONGEST = Backoff.DELAY_MAX;

  @Test
  void fixed_backoff_stays() {
    assertThat(delays(Backoff.fixed(ofSeconds(3)), 3))
        .containsExactly(ofSeconds(3), ofSeconds(3), ofSeconds(3));
    assertThat(Backoff.fixed(Duration.ZERO).delay(1)).isZero();
  }

  @Test
  void last_delay_of_a_list_repeats() {
    assertThat(delays(Backoff.list(Duration.ZERO, ofSeconds(10), ofSeconds(5)), 5))
        .containsExactly(Duration.ZERO, ofSeconds(10), ofSeconds(5), ofSeconds(5), ofSeconds(5));
  }

  @Test
  void linear_backoff_grows_by_its_step_up_to_its_max() {
    assertThat(delays(Backoff.linear(ofSeconds(1), ofSeconds(2), ofSeconds(6)), 5))
        .containsExactly(ofSeconds(1), ofSeconds(3), ofSeconds(5), ofSeconds(6), ofSeconds(6));
    assertThat(delays(Backoff.linear(ofSeconds(2), ofSeconds(5)), 4))
        .containsExactly(ofSeconds(2), ofSeconds(4), ofSeconds(5), ofSeconds(5));
    assertThat(delays(Backoff.linear(ofSeconds(2), Duration.ZERO, ofSeconds(5)), 2))
        .containsExactly(ofSeconds(2), ofSeconds(2));
  }

  @Test
  void exponential_backoff_doubles_up_to_its_max() {
    assertThat(delays(Backoff.exponential(ofSeconds(1), ofSeconds(10)), 6))
        .containsExactly(
            ofSeconds(1), ofSeconds(2), ofSeconds(4), ofSeconds(8), ofSeconds(10), ofSeconds(10));
  }

  @Test
  void exponential_backoff_multiplies_by_its_factor() {
    assertThat(delays(Backoff.exponential(ofMillis(100), ofSeconds(10), 1.5), 3))
        .containsExactly(ofMillis(100), ofMillis(150), ofMillis(225));
    assertThat(delays(Backoff.exponential(ofSeconds(1), ofSeconds(10), 1), 2))
        .containsExactly(ofSeconds(1), ofSeconds(1));
  }

  static List<Backoff> extremes() {
    return List.of(
        Backoff.fixed(LONGEST),
        Backoff.list(Duration.ofNanos(1), LONGEST),
        Backoff.linear(LONGEST, LONGEST),
        Backoff.linear(Duration.ofNanos(1), LONGEST, LONGEST),
        Backoff.linear(Duration.ZERO, Duration.ofNanos(1), LONGEST),
        Backoff.exponential(Duration.ofNanos(1), LONGEST, 1_000),
        Backoff.exponential(Duration.ofNanos(1), LONGEST),
        Backoff.exponential(Duration.ofNanos(1), LONGEST, 1.0001),
        Backoff.exponential(LONGEST, LONGEST, 1_000),
        Backoff.exponential(ofSeconds(1), ofMinutes(5)));
  }

  @ParameterizedTest
  @MethodSource("extremes")
  void ten_thousand_attempts_neither_overflow_nor_shrink(Backoff backoff) {
    Duration before = Duration.ZERO;
    for (int attempt = 1; attempt <= 10_000; attempt++) {
      Duration delay = backoff.delay(attempt);
      assertThat(delay).isBetween(before, LONGEST);
      before = delay;
    }
    assertThat(backoff.delay(Integer.MAX_VALUE)).isBetween(before, LONGEST);
  }

  static List<ThrowingCallable> mistakes() {
    Duration second = ofSeconds(1);
    return List.of(
        () -> Backoff.fixed(ofSeconds(-1)),
        () -> Backoff.fixed(LONGEST.plusNanos(1)),
        () -> Backoff.list(),
        () -> Backoff.list(Collections.nCopies(1_001, second)),
        () -> Backoff.list(second, ofSeconds(-1)),
        () -> Backoff.linear(ofSeconds(2), second),
        () -> Backoff.linear(second, ofSeconds(-1), ofSeconds(5)),
        () -> Backoff.exponential(Duration.ZERO, second),
        () -> Backoff.exponential(ofSeconds(2), second),
        () -> Backoff.exponential(second, ofSeconds(2), 0.9),
        () -> Backoff.exponential(second, ofSeconds(2), 1_001),
        () -> Backoff.exponential(second, ofSeconds(2), Double.NaN));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void backoff_out_of_bounds_is_refused(ThrowingCallable mistake) {
    assertThatThrownBy(mistake).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attempts_count_from_one() {
    for (Backoff backoff : extremes()) {
      assertThatThrownBy(() -> backoff.delay(0)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void backoffs_are_values_and_say_what_they_are() {
    assertThat(Backoff.linear(ofSeconds(1), ofSeconds(5)))
        .isEqualTo(Backoff.linear(ofSeconds(1), ofSeconds(1), ofSeconds(5)))
        .hasToString("linear from 1s by 1s to 5s");
    assertThat(Backoff.exponential(ofSeconds(1), ofMinutes(5)))
        .isEqualTo(Backoff.exponential(ofSeconds(1), ofMinutes(5), 2))
        .hasToString("exponential from 1s times 2 to 5m");
    assertThat(Backoff.fixed(ofSeconds(1))).hasToString("fixed 1s");
    assertThat(Backoff.list(ofSeconds(1), ofSeconds(2))).hasToString("list 1s, 2s");
  }

  private static List<Duration> delays(Backoff backoff, int attempts) {
    return IntStream.rangeClosed(1, attempts).mapToObj(backoff::delay).toList();
  }
}
