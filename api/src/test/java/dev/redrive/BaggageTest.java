// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Baggage: what is read, and what counts as absent. */
class BaggageTest {

  @Test
  void members_are_read_in_order_and_decoded_and_the_header_stays_as_it_was() {
    String header = "user=J%C3%BCrgen , plan = a+b;ttl=3 ; secret,empty=";

    Baggage baggage = Baggage.parse(header).get();

    assertThat(baggage.entries())
        .containsExactly(entry("user", "Jürgen"), entry("plan", "a+b"), entry("empty", ""));
    assertThat(baggage.get("user")).contains("Jürgen");
    assertThat(baggage.get("other")).isEmpty();
    assertThat(baggage.header()).isEqualTo(header);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a",
        "=1",
        "a=1,",
        ",a=1",
        "a=1,,b=2",
        "a=1 2",
        "a=\"1\"",
        "a=1\\",
        "a b=1",
        "a=ü",
        "a=%zz",
        "a=%1",
        "a=1;=2",
        "a=1\nb"
      })
  void what_is_malformed_is_none(String header) {
    assertThat(Baggage.parse(header)).isEmpty();
  }

  @Test
  void it_has_bounds() {
    assertThat(Baggage.parse(members(64))).isPresent();
    assertThat(Baggage.parse(members(65))).isEmpty();
    assertThat(Baggage.parse("a=1,b=2\n")).isEmpty();
    assertThat(Baggage.parse("a=" + "x".repeat(8_190))).isPresent();
    assertThat(Baggage.parse("a=" + "x".repeat(8_191))).isEmpty();
  }

  @Test
  void a_header_that_almost_fits_is_read_in_no_time() {
    // A pattern that backtracks would take years.
    assertThat(Baggage.parse("a=1" + ";b=1".repeat(2_000) + "\"")).isEmpty();
    assertThat(Baggage.parse("a=1" + "; ".repeat(2_000) + ";b")).isEmpty();
    assertThat(Baggage.parse("a=1;b" + " \t".repeat(4_000) + "\"")).isEmpty();
  }

  private static String members(int count) {
    return IntStream.range(0, count).mapToObj(i -> "k" + i + "=1").collect(Collectors.joining(","));
  }
}
