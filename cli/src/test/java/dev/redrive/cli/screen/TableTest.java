// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
  private static final Paint PLAIN = new Paint(false);

  @Test
  void columns_are_aligned_and_numbers_stand_to_the_right() {
    Table table =
        new Table("QUEUE", "DEAD", "STATE").row("orders", "7", "ok").row("a", "1200", "paused");

    assertThat(table.lines(PLAIN, 80))
        .containsExactly(
            "QUEUE   DEAD  STATE", //
            "orders     7  ok",
            "a       1200  paused");
  }

  @Test
  void colours_take_no_columns() {
    Paint paint = new Paint(true);
    Table table = new Table("Q", "DEAD", "S").row("a", paint.red("7"), "x").row("b", "12", "y");

    assertThat(table.lines(PLAIN, 80).get(1)).isEqualTo("a     \u001b[31m7\u001b[0m  x");
  }

  @Test
  void the_last_column_is_cut_to_the_width_of_the_screen() {
    Table table = new Table("ID", "FAILURE").row("x", "connection refused by 127.0.0.1:9999");

    assertThat(table.lines(PLAIN, 20).get(1)).isEqualTo("x   connection refu…");
  }

  @Test
  void a_row_of_another_length_is_refused() {
    assertThatThrownBy(() -> new Table("A", "B").row("1"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
