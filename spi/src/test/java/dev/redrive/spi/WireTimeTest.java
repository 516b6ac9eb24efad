// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireTimeTest {
  private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
  private static final long LAST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

  @Test
  void what_is_written_is_read_as_it_was() {
    Random random = new Random(42);
    for (int i = 0; i < 10_000; i++) {
      Instant time = Instant.ofEpochMilli(random.nextLong(FIRST, LAST + 1));

      assertThat(WireTime.read(WireTime.write(time))).isEqualTo(time);
      assertThat(Instant.parse(WireTime.write(time))).isEqualTo(time);
    }
  }

  @Test
  void times_are_written_with_three_digits_of_a_second() {
    for (String text :
        List.of(
            "2026-11-30T10:23:25.123Z",
            "2026-01-02T03:04:05.000Z",
            "2026-01-02T03:04:05.006Z",
            "1969-12-31T23:59:59.999Z",
            "0000-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
            "-0001-12-31T23:59:59.999Z",
            "+10000-01-01T00:00:00.000Z")) {
      Instant time = Instant.parse(text);

      assertThat(WireTime.write(time)).isEqualTo(text);
      assertThat(WireTime.write(time.plusNanos(999_999))).isEqualTo(text);
    }
  }

  @Test
  void other_forms_that_other_programs_write_are_read_too() {
    for (String text :
        List.of(
            "2026-11-30T10:23:25Z",
            "2026-11-30T10:23:25.123456Z",
            "2026-11-30T10:23:25.123456789Z",
            "2026-11-30t10:23:25.123z",
            "2026-11-30T24:00:00.000Z",
            "2026-12-31T23:59:60.123Z",
            "-0001-11-30T10:23:25.123Z",
            "+10000-11-30T10:23:25.123Z")) {
      assertThat(WireTime.read(text)).as(text).isEqualTo(Instant.parse(text));
    }
  }

  @Test
  void what_is_no_time_is_refused() {
    for (String text :
        List.of(
            "",
            "soon",
            "2026-02-30T10:23:25.123Z",
            "2026-13-01T10:23:25.123Z",
            "2026-11-30T10:60:25.123Z",
            "2026-11-30T25:00:00.000Z",
            "2026-11-30T10:23:25.12:Z",
            "2026-11-30T10:23:25.1٣3Z",
            "2026-11-30 10:23:25.123Z")) {
      assertThatThrownBy(() -> WireTime.read(text)).as(text).isInstanceOf(DateTimeException.class);
    }
  }
}
