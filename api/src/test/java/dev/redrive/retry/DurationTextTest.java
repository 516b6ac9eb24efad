// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {

  @ParameterizedTest
  @CsvSource({
    "10s, PT10S",
    "5m, PT5M",
    "1500ms, PT1.5S",
    "2h, PT2H",
    "7d, PT168H",
    "0s, PT0S",
    "0ms, PT0S",
    "1.5s, PT1.5S",
    "0.5ms, PT0.0005S",
    "1h30m, PT1H30M",
    "1d2h3m4s5ms, PT26H3M4.005S",
    "1m0.25s, PT1M0.25S",
    "PT30S, PT30S",
    "pt30s, PT30S",
    "P1DT1H, PT25H",
    "' 10s ', PT10S",
  })
  void text_is_read(String text, Duration duration) {
    assertThat(DurationText.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "s", "10 s", "10sec", "10S", "5M", "1m1h", "1s1s", "1.5m10s", "1.s", ".5s", "1,5s",
        "10s!", "ten", "P", "PT", "1e3s", "1w", "-", "10s5", "\u0661s",
      })
  void other_text_is_refused_with_an_example(String text) {
    assertThatThrownBy(() -> DurationText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no duration: write it like 500ms, 10s");
  }

  @Test
  void number_without_a_unit_is_refused_with_the_unit_it_may_have_meant() {
    assertThatThrownBy(() -> DurationText.parse("10"))
        .hasMessage("`10` has no unit: write `10s` for seconds");
  }

  @Test
  void negative_and_oversized_texts_are_refused() {
    assertThatThrownBy(() -> DurationText.parse("PT-5S")).hasMessageContaining("is negative");
    assertThatThrownBy(() -> DurationText.parse("-5s"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DurationText.parse("9".repeat(60) + "d"))
        .hasMessageContaining("too long");
    assertThatThrownBy(() -> DurationText.parse("9".repeat(100_000) + "s"))
        .hasMessageContaining("at most 64 characters");
    assertThatThrownBy(() -> DurationText.parse("0.0000000001s"))
        .hasMessageContaining("finer than a nanosecond");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT10S, 10s",
    "PT1.5S, 1.5s",
    "PT0.5S, 500ms",
    "PT0.0005S, 0.5ms",
    "PT0.000000001S, 0.000001ms",
    "PT90S, 1m30s",
    "PT5M, 5m",
    "PT24H, 1d",
    "PT25H, 1d1h",
    "PT24H0.001S, 1d0.001s",
  })
  void duration_is_written_shortly(Duration duration, String text) {
    assertThat(DurationText.format(duration)).isEqualTo(text);
  }

  @Test
  void what_is_written_is_read_back_exactly() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      long seconds = random.nextLong(1L << random.nextInt(1, 63));
      Duration duration = Duration.ofSeconds(seconds, random.nextInt(1_000_000_000));
      assertThat(DurationText.parse(DurationText.format(duration))).isEqualTo(duration);
    }
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    assertThat(DurationText.parse(DurationText.format(longest))).isEqualTo(longest);
  }

  @Test
  void negative_duration_is_not_written() {
    assertThatThrownBy(() -> DurationText.format(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void people_see_milliseconds() {
    assertThat(DurationText.rounded(Duration.ofNanos(1_234_567_890))).isEqualTo("1.235s");
    assertThat(DurationText.rounded(Duration.ofNanos(1))).isEqualTo("0s");
    assertThat(DurationText.rounded(Duration.ofSeconds(-1))).isEqualTo("PT-1S");
  }
}
