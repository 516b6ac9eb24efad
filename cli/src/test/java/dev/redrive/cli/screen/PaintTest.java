// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaintTest {

  @Test
  void text_is_coloured_only_where_colours_are_on() {
    assertThat(new Paint(true).green("ok")).isEqualTo("\u001b[32mok\u001b[0m");
    assertThat(new Paint(false).green("ok")).isEqualTo("ok");
  }

  @Test
  void what_a_message_says_cannot_move_the_cursor() {
    assertThat(Paint.plain("a\u001b[2Jb\rc\nd")).isEqualTo("a\ufffd[2Jb\ufffdc d");
  }

  @Test
  void long_text_is_cut_between_characters() {
    assertThat(Paint.brief("abcdef", 6)).isEqualTo("abcdef");
    assertThat(Paint.brief("abcdefg", 6)).isEqualTo("abcde…");
    assertThat(Paint.brief("a😀😀😀", 3)).isEqualTo("a😀…");
  }

  @Test
  void a_coloured_line_that_is_cut_still_ends_its_colour() {
    String line = new Paint(true).red("abcdef");

    assertThat(Paint.cut(line, 3)).isEqualTo("\u001b[31mabc\u001b[0m");
  }
}
