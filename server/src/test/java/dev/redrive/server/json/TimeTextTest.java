// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {
  @Test
  void there_are_always_three_digits_of_a_second() {
    assertThat(TimeText.format(Instant.parse("2026-11-20T12:00:00Z")))
        .isEqualTo("2026-11-20T12:00:00.000Z");
    assertThat(TimeText.format(Instant.parse("2026-11-20T12:00:00.123999Z")))
        .isEqualTo("2026-11-20T12:00:00.123Z");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-20T12:00:00Z, 2026-11-20T12:00:00Z",
    "2026-11-20T12:00:00.5+02:00, 2026-11-20T10:00:00.500Z",
  })
  void offsets_are_understood(String text, Instant time) {
    assertThat(TimeText.parse(text)).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "2026-11-20",
        "2026-11-20T12:00:00",
        "+99999-01-01T00:00:00Z",
        "1700000000"
      })
  void anything_else_is_explained(String text) {
    assertThatThrownBy(() -> TimeText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write it like 2026-11-20T12:00:00Z");
  }
}
