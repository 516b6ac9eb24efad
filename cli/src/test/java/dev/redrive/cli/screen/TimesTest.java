// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class TimesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneId.of("Europe/Berlin"));

  @Test
  void durations_are_read_as_people_write_them() {
    assertThat(Times.duration("250ms")).isEqualTo(Duration.ofMillis(250));
    assertThat(Times.duration("30s")).isEqualTo(Duration.ofSeconds(30));
    assertThat(Times.duration("1h30m")).isEqualTo(Duration.ofMinutes(90));
    assertThat(Times.duration("2d")).isEqualTo(Duration.ofDays(2));
    assertThat(Times.duration("PT5M")).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void what_is_no_duration_is_refused_with_what_is_one() {
    for (String wrong : new String[] {"", "30", "s", "30x", "30 s", "1h 30m", "-5s", "Pfoo"}) {
      assertThatThrownBy(() -> Times.duration(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + wrong + "'")
          .hasMessageContaining("30s");
    }
  }

  @Test
  void times_are_read_with_an_offset_in_the_local_zone_and_relative_to_now() {
    assertThat(Times.future("2026-11-20T14:00:00Z", CLOCK))
        .isEqualTo(Instant.parse("2026-11-20T14:00:00Z"));
    assertThat(Times.future("2026-11-20T14:00", CLOCK))
        .isEqualTo(Instant.parse("2026-11-20T13:00:00Z"));
    assertThat(Times.future("2026-11-20 14:00:00+02:00", CLOCK))
        .isEqualTo(Instant.parse("2026-11-20T12:00:00Z"));
    assertThat(Times.past("2026-11-20", CLOCK)).isEqualTo(Instant.parse("2026-11-19T23:00:00Z"));
    assertThat(Times.future("2h", CLOCK)).isEqualTo(NOW.plus(Duration.ofHours(2)));
    assertThat(Times.past("2h", CLOCK)).isEqualTo(NOW.minus(Duration.ofHours(2)));
  }

  @Test
  void what_is_no_time_is_refused_with_what_is_one() {
    assertThatThrownBy(() -> Times.future("tomorrow", CLOCK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2026-11-20T14:00:00Z");
  }

  @Test
  void durations_are_written_in_at_most_two_units() {
    assertThat(Times.text(Duration.ofMillis(340))).isEqualTo("340 ms");
    assertThat(Times.text(Duration.ofMillis(1_250))).isEqualTo("1.2 s");
    assertThat(Times.text(Duration.ofSeconds(2))).isEqualTo("2 s");
    assertThat(Times.text(Duration.ofSeconds(59))).isEqualTo("59 s");
    assertThat(Times.text(Duration.ofSeconds(200))).isEqualTo("3 min 20 s");
    assertThat(Times.text(Duration.ofHours(2))).isEqualTo("2 h");
    assertThat(Times.text(Duration.ofHours(50))).isEqualTo("2 d 2 h");
  }

  @Test
  void distances_from_now_say_their_direction() {
    assertThat(Times.fromNow(NOW.plusSeconds(12), CLOCK)).isEqualTo("in 12 s");
    assertThat(Times.fromNow(NOW.minusSeconds(180), CLOCK)).isEqualTo("3 min ago");
    assertThat(Times.fromNow(NOW.plusMillis(300), CLOCK)).isEqualTo("now");
  }
}
