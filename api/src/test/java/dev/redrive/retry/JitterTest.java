// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JitterTest {

  private static final Backoff BACKOFF = Backoff.exponential(ofSeconds(1), ofSeconds(10));

  static List<Jitter> all() {
    return List.of(
        Jitter.none(),
        Jitter.full(),
        Jitter.equal(),
        Jitter.decorrelated(),
        Jitter.additive(),
        Jitter.additive(ofSeconds(30)),
        Jitter.additive(ZERO));
  }

  /** The windows for the backoff 1 s, 2 s, 4 s, 8 s, 10 s, 10 s ... */
  @ParameterizedTest
  @CsvSource({
    "none,         1, PT0S,  PT1S,   PT1S",
    "none,         9, PT0S,  PT10S,  PT10S",
    "full,         1, PT0S,  PT0S,   PT1S",
    "full,         3, PT0S,  PT0S,   PT4S",
    "full,         9, PT0S,  PT0S,   PT10S",
    "equal,        1, PT0S,  PT0.5S, PT1S",
    "equal,        9, PT0S,  PT5S,   PT10S",
    "decorrelated, 1, PT0S,  PT1S,   PT3S",
    "decorrelated, 2, PT2S,  PT1S,   PT6S",
    "decorrelated, 2, PT0.1S,PT1S,   PT3S",
    "decorrelated, 3, PT9S,  PT1S,   PT10S",
    "decorrelated, 3, PT2H,  PT1S,   PT10S",
    "additive,     1, PT0S,  PT1S,   PT2S",
    "additive,     3, PT0S,  PT4S,   PT5S",
    "additive,     9, PT0S,  PT9S,   PT10S",
  })
  void window_is_that_of_the_formula(
      String kind, int attempt, Duration previous, Duration earliest, Duration latest) {
    Jitter jitter =
        all().stream().filter(each -> each.toString().equals(kind)).findFirst().orElseThrow();

    assertThat(jitter.window(BACKOFF, attempt, previous))
        .isEqualTo(new DelayWindow(earliest, latest));
  }

  @ParameterizedTest
  @MethodSource("all")
  void draws_fill_their_window_evenly(Jitter jitter) {
    SplittableRandom random = new SplittableRandom(42);
    for (int attempt = 1; attempt <= 6; attempt++) {
      Duration previous = ofSeconds(attempt - 1);
      DelayWindow window = jitter.window(BACKOFF, attempt, previous);
      double sum = 0;
      Duration least = window.latest();
      Duration most = window.earliest();
      for (int i = 0; i < 5_000; i++) {
        Duration delay = jitter.delay(BACKOFF, attempt, previous, random);
        assertThat(delay).isBetween(window.earliest(), window.latest());
        least = DelayWindow.min(least, delay);
        most = DelayWindow.max(most, delay);
        sum += delay.toMillis();
      }
      double width = window.latest().minus(window.earliest()).toMillis();
      double middle = window.earliest().toMillis() + width / 2;
      assertThat(sum / 5_000).isCloseTo(middle, within(width / 40 + 1));
      assertThat((double) most.minus(least).toMillis()).isGreaterThanOrEqualTo(width * 0.99);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void ten_thousand_attempts_stay_within_zero_and_max(Jitter jitter) {
    SplittableRandom random = new SplittableRandom(3);
    Backoff extreme = Backoff.exponential(Duration.ofNanos(1), Backoff.DELAY_MAX, 1_000);
    for (Backoff backoff : List.of(BACKOFF, extreme)) {
      Duration previous = ZERO;
      for (int attempt = 1; attempt <= 10_000; attempt++) {
        previous = jitter.delay(backoff, attempt, previous, random);
        assertThat(previous).isBetween(ZERO, backoff.max().orElseThrow());
      }
    }
  }

  @Test
  void decorrelated_delays_reach_their_max_without_sticking_to_it() {
    SplittableRandom random = new SplittableRandom(5);
    Duration previous = ZERO;
    int atMax = 0;
    Duration longest = ZERO;
    for (int i = 1; i <= 5_000; i++) {
      previous = Jitter.decorrelated().delay(BACKOFF, i, previous, random);
      longest = DelayWindow.max(longest, previous);
      atMax += previous.equals(ofSeconds(10)) ? 1 : 0;
    }
    assertThat(longest).isGreaterThan(ofMillis(9_900));
    assertThat(atMax).isLessThan(50);
  }

  @Test
  void additive_jitter_still_spreads_at_the_max_and_never_undercuts_the_first_delay() {
    assertThat(Jitter.additive(ofSeconds(30)).window(BACKOFF, 9, ZERO))
        .isEqualTo(new DelayWindow(ofSeconds(1), ofSeconds(10)));
    assertThat(Jitter.additive(ofSeconds(3)).window(BACKOFF, 9, ZERO))
        .isEqualTo(new DelayWindow(ofSeconds(7), ofSeconds(10)));
  }

  @Test
  void additive_jitter_adds_to_a_backoff_that_names_no_max() {
    assertThat(Jitter.additive(ofSeconds(5)).window(Backoff.fixed(ofSeconds(10)), 4, ZERO))
        .isEqualTo(new DelayWindow(ofSeconds(10), ofSeconds(15)));
    assertThat(Jitter.additive().window(Backoff.list(ofSeconds(2), ofMinutes(1)), 2, ZERO))
        .isEqualTo(new DelayWindow(ofMinutes(1), ofSeconds(62)));
  }

  @Test
  void decorrelated_jitter_refuses_a_backoff_without_a_max() {
    assertThatThrownBy(() -> Jitter.decorrelated().window(Backoff.fixed(ofSeconds(1)), 1, ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("linear or exponential");
  }

  @Test
  void absurd_delay_of_an_own_backoff_is_bounded() {
    Backoff negative = attempt -> ofSeconds(-5);
    Backoff endless = attempt -> Duration.ofSeconds(Long.MAX_VALUE);

    for (Jitter jitter : List.of(Jitter.none(), Jitter.full(), Jitter.equal(), Jitter.additive())) {
      assertThat(jitter.window(negative, 1, ZERO)).isEqualTo(DelayWindow.at(ZERO));
      assertThat(jitter.window(endless, 1, ZERO).latest()).isEqualTo(Backoff.DELAY_MAX);
    }
  }

  @Test
  void wide_windows_give_whole_milliseconds_and_narrow_ones_use_all_of_their_room() {
    SplittableRandom random = new SplittableRandom(9);
    DelayWindow narrow = new DelayWindow(ZERO, Duration.ofNanos(2));
    boolean[] seen = new boolean[3];
    for (int i = 0; i < 1_000; i++) {
      Duration wide = new DelayWindow(ZERO, ofSeconds(1)).draw(random);
      assertThat(wide.toNanosPart() % 1_000_000).isZero();
      seen[(int) narrow.draw(random).toNanos()] = true;
    }
    assertThat(seen).containsExactly(true, true, true);
  }

  @Test
  void jitters_are_values() {
    assertThat(Jitter.additive(ofSeconds(1)))
        .isEqualTo(Jitter.additive(ofSeconds(1)))
        .hasSameHashCodeAs(Jitter.additive(ofSeconds(1)))
        .isNotEqualTo(Jitter.additive())
        .hasToString("additive 1s");
    assertThatThrownBy(() -> Jitter.additive(ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
