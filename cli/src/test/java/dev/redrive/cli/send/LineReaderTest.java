// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {

  private static LineReader reader(String text) {
    return new LineReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void blank_lines_are_left_out_and_the_others_keep_their_numbers() throws IOException {
    LineReader reader = reader("{\"a\":1}\n\n  \r\n{\"b\":\"ü\"}");

    LineReader.Batch batch = reader.next();

    assertThat(batch.numbers()).containsExactly(1L, 4L);
    assertThat(new String(batch.bytes(), StandardCharsets.UTF_8))
        .isEqualTo("{\"a\":1}\n{\"b\":\"ü\"}\n");
    assertThat(reader.next().isEmpty()).isTrue();
  }

  @Test
  void a_long_file_comes_in_batches_that_hold_every_line_once() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= 1_234; i++) {
      text.append("{\"n\":").append(i).append("}\n");
    }
    LineReader reader = reader(text.toString());

    List<Long> numbers = new ArrayList<>();
    StringBuilder read = new StringBuilder();
    for (LineReader.Batch batch = reader.next(); !batch.isEmpty(); batch = reader.next()) {
      assertThat(batch.numbers().size()).isLessThanOrEqualTo(500);
      numbers.addAll(batch.numbers());
      read.append(new String(batch.bytes(), StandardCharsets.UTF_8));
    }

    assertThat(read.toString()).isEqualTo(text.toString());
    assertThat(numbers).hasSize(1_234).startsWith(1L, 2L).endsWith(1_233L, 1_234L);
    assertThat(reader.bytesRead()).isEqualTo(text.length());
  }

  @Test
  void a_line_longer_than_the_buffer_stays_whole() throws IOException {
    String line = "{\"long\":\"" + "x".repeat(200_000) + "\"}\n";

    assertThat(new String(reader(line).next().bytes(), StandardCharsets.UTF_8)).isEqualTo(line);
  }
}
