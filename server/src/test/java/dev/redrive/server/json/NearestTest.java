// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  private static final List<String> KNOWN = List.of("concurrency", "timeout", "url", "orders");

  @ParameterizedTest
  @CsvSource({
    "conccurency, concurrency",
    "Timeout, timeout",
    "timout, timeout",
    "ulr, url",
    "order, orders",
  })
  void a_slip_is_recognised(String written, String meant) {
    assertThat(Nearest.hint(written, KNOWN)).isEqualTo("; did you mean `" + meant + "`?");
  }

  @ParameterizedTest
  @CsvSource({"rateLimit", "x", "''"})
  void another_word_is_none(String written) {
    assertThat(Nearest.hint(written, KNOWN)).isEmpty();
  }

  @Test
  void a_text_that_is_too_long_is_not_compared() {
    assertThat(Nearest.hint("u".repeat(100_000), KNOWN)).isEmpty();
  }
}
