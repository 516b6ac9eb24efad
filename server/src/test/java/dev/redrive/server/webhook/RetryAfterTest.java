// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The header Retry-After (S19). */
class RetryAfterTest {
  private static final Instant NOW = Instant.parse("1994-11-06T08:49:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "120, PT2M",
    "' 5 ', PT5S",
    "86401, P1D",
    "999999999999999999, P1D",
    "'Sun, 06 Nov 1994 08:49:37 GMT', PT37S",
    "'Sunday, 06-Nov-94 08:49:37 GMT', PT37S",
    "'Sun Nov  6 08:49:37 1994', PT37S",
    "'Sun, 06 Nov 1994 08:48:00 GMT', PT0S",
    "'Mon, 06 Nov 2034 08:49:37 GMT', P1D",
  })
  void seconds_and_dates_are_read(String value, Duration wait) {
    assertThat(RetryAfter.parse(value, NOW, DAY)).contains(wait);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "soon",
        "-1",
        "1.5",
        "1e3",
        "Sun, 99 Nov 1994 08:49:37 GMT",
        "1234567890123456789012"
      })
  void anything_else_says_nothing(String value) {
    assertThat(RetryAfter.parse(value, NOW, DAY)).isEmpty();
  }
}
