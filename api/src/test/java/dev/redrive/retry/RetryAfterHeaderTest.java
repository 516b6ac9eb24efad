// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterHeaderTest {

  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  @Test
  void seconds_are_read() {
    assertThat(RetryAfterHeader.parse("120", NOW)).contains(Duration.ofMinutes(2));
    assertThat(RetryAfterHeader.parse(" 0 ", NOW)).contains(Duration.ZERO);
  }

  @Test
  void http_date_is_measured_against_now() {
    assertThat(RetryAfterHeader.parse("Sun, 01 Mar 2026 10:05:00 GMT", NOW))
        .contains(Duration.ofMinutes(5));
    assertThat(RetryAfterHeader.parse("Sun, 01 Mar 2026 09:55:00 GMT", NOW))
        .contains(Duration.ZERO);
  }

  @Test
  void absurd_time_is_bounded() {
    assertThat(RetryAfterHeader.parse("999999999999999999", NOW)).contains(Backoff.DELAY_MAX);
    assertThat(RetryAfterHeader.parse("Fri, 01 Mar 9999 10:00:00 GMT", NOW)).isEmpty();
    assertThat(RetryAfterHeader.parse("Mon, 01 Mar 9999 10:00:00 GMT", NOW))
        .contains(Backoff.DELAY_MAX);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "1.5", "9999999999999999999", "2026-03-01T10:05:00Z"})
  void unreadable_value_is_ignored(String value) {
    assertThat(RetryAfterHeader.parse(value, NOW)).isEmpty();
  }
}
