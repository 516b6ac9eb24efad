// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NearestWordTest {

  private static final List<String> WORDS =
      List.of("retry", "retryAfter", "deadLetter", "discard", "hold", "exponential");

  @ParameterizedTest
  @CsvSource({
    "deadleter, deadLetter",
    "dead-letter, deadLetter",
    "dead_letter, deadLetter",
    "DEADLETTER, deadLetter",
    "retry_after, retryAfter",
    "retyr, retry",
    "exponentail, exponential",
    "hodl, hold",
    "Hold, hold",
    "diskard, discard",
  })
  void slip_of_the_pen_leads_to_the_word(String written, String meant) {
    assertThat(NearestWord.to(written, WORDS)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "requeue", "drop", "gold rush"})
  void far_away_word_leads_nowhere(String written) {
    assertThat(NearestWord.to(written, WORDS)).isEmpty();
  }

  @Test
  void endless_word_is_not_compared() {
    assertThat(NearestWord.to("r".repeat(1_000_000), WORDS)).isEmpty();
  }
}
