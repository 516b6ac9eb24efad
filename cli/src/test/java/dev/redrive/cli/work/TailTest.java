// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TailTest {

  private static void write(Tail tail, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    tail.write(bytes, bytes.length);
  }

  @Test
  void what_fits_is_kept_whole() {
    Tail tail = new Tail(100);
    write(tail, "one\n");
    write(tail, "two\n");

    assertThat(tail.text()).isEqualTo("one\ntwo");
  }

  @Test
  void of_what_does_not_fit_the_last_whole_lines_are_kept() {
    Tail tail = new Tail(10);
    write(tail, "first line\nsecond\n");
    write(tail, "3rd\n");

    assertThat(tail.text()).isEqualTo("3rd");
  }

  @Test
  void a_line_longer_than_the_bound_is_kept_from_its_end() {
    Tail tail = new Tail(5);
    write(tail, "abcdefghij");

    assertThat(tail.text()).isEqualTo("fghij");
  }
}
