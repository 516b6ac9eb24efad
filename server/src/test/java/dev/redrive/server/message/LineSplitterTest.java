// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
  private final List<String> lines = new ArrayList<>();
  private final LineSplitter splitter =
      new LineSplitter(
          5,
          line ->
              lines.add(
                  line.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("too long")));

  private void add(String text) {
    splitter.add(Buffer.buffer(text));
  }

  @Test
  void lines_are_cut_wherever_the_pieces_end() {
    String text = "a\nbcd\n\nefghi\njklmno\nxxxxxxxxxxxx\np\nq";
    for (long seed = 0; seed < 200; seed++) {
      lines.clear();
      SplittableRandom random = new SplittableRandom(seed);
      for (int at = 0; at < text.length(); ) {
        int end = Math.min(text.length(), at + random.nextInt(1, 9));
        add(text.substring(at, end));
        at = end;
      }
      splitter.end();

      assertThat(lines)
          .as("seed " + seed)
          .containsExactly("a", "bcd", "", "efghi", "too long", "too long", "p", "q");
      add("\n");
      lines.clear();
    }
  }

  @Test
  void a_line_that_is_too_long_is_told_before_its_end() {
    add("123456");

    assertThat(lines).containsExactly("too long");
    add("7890");
    splitter.end();
    assertThat(lines).containsExactly("too long");
  }
}
