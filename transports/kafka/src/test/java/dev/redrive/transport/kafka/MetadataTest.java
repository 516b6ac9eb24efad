// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.transport.kafka.Mark.State;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataTest {
  private static final int SEEDS = 5_000;
  private static final long OWNER = 0x0123_4567_89AB_CDEFL;
  private static final String PREFIX = "redrive-1:";

  /** The example of {@code docs/spec/wire.md}. */
  private static final String EXAMPLE = "redrive-1:A7z1fQEjRWeJq83vDgKhBhgJ";

  private static Marks example() {
    Marks marks = new Marks(1_000);
    marks.set(1_000, 1_001, new Mark(State.BEGUN, 2));
    marks.set(1_001, 1_101, Mark.DONE);
    marks.set(1_101, 1_104, Mark.OPEN);
    marks.set(1_104, 1_105, Mark.DONE);
    marks.set(1_105, 1_200, Mark.OPEN);
    return marks;
  }

  @Test
  void the_text_is_as_the_specification_shows_it() {
    assertThat(new Metadata(OWNER, example()).text()).isEqualTo(EXAMPLE);
  }

  @Test
  void the_example_of_the_specification_can_be_read() {
    Metadata read = Metadata.read(1_000, EXAMPLE).orElseThrow();

    assertThat(read.owner()).isEqualTo(OWNER);
    assertThat(read.marks().runs()).isEqualTo(example().runs().subList(0, 4));
  }

  @Test
  void nothing_to_say_is_no_text() {
    Marks open = new Marks(7);
    open.set(7, 9, Mark.OPEN);

    assertThat(new Metadata(OWNER, new Marks(7)).text()).isEmpty();
    assertThat(new Metadata(OWNER, open).text()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host-17", "AQID", "redrive", "b1A4fQ==", "{\"host\":\"a\"}"})
  void text_of_another_program_says_nothing_and_is_not_ours(String text) {
    assertThat(Metadata.read(1_000, text)).isEmpty();
    assertThat(Metadata.isOurs(text)).isFalse();
  }

  @Test
  void another_version_is_ours_and_cannot_be_read() {
    String text = EXAMPLE.replace("redrive-1:", "redrive-2:");

    assertThat(Metadata.read(1_000, text)).isEmpty();
    assertThat(Metadata.isOurs(text)).isTrue();
  }

  @Test
  void text_that_stands_at_another_offset_says_nothing() {
    assertThat(Metadata.read(999, EXAMPLE)).isEmpty();
    assertThat(Metadata.read(1_001, EXAMPLE)).isEmpty();
  }

  @Test
  void text_with_one_character_changed_or_missing_says_nothing() {
    for (int i = 0; i < EXAMPLE.length(); i++) {
      for (char other : "A+/9z=: \u00e9".toCharArray()) {
        String changed = EXAMPLE.substring(0, i) + other + EXAMPLE.substring(i + 1);
        if (other != EXAMPLE.charAt(i)) {
          assertThat(Metadata.read(1_000, changed)).as(changed).isEmpty();
        }
      }
      assertThat(Metadata.read(1_000, EXAMPLE.substring(0, i))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0b", // State 3.
        "01", // Of no offset.
        "0d01", // Done, with crashes.
        "0c00", // Crashes, and none.
        "0c80", // More than 127 of them.
        "0c", // Crashes, and the end.
        "89", // The end in a number.
        "898080808080808080", // A number that has nine bytes and still goes on.
        "f9ffffffffffffff7f09", // Beyond the largest offset with the second run.
      })
  void runs_that_are_none_say_nothing(String runs) {
    byte[] bytes = HexFormat.of().parseHex(runs);

    assertThat(Metadata.read(1_000, Texts.sealed(1_000, OWNER, bytes))).isEmpty();
    assertThat(Metadata.read(1_000, Texts.sealed(1_000, OWNER, (byte) 0x09))).isPresent();
  }

  @Test
  void whatever_is_marked_comes_back() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Marks marks = marks(random);
      long owner = random.nextLong();

      String text = new Metadata(owner, marks).text();

      Optional<Metadata> read = Metadata.read(marks.start(), text);
      if (text.isEmpty()) {
        assertThat(read).as("seed %s", seed).isEmpty();
      } else {
        assertThat(read).as("seed %s", seed).map(Metadata::owner).contains(owner);
        assertThat(told(read.orElseThrow().marks())).as("seed %s", seed).isEqualTo(told(marks));
      }
    }
  }

  private static List<Run> told(Marks marks) {
    List<Run> runs = new ArrayList<>(marks.runs());
    runs.removeIf(run -> run.to() == marks.end() && run.mark().equals(Mark.OPEN));
    return runs;
  }

  private static Marks marks(Random random) {
    Marks marks = new Marks(random.nextInt(3) * (1L << random.nextInt(50)));
    for (int i = random.nextInt(30); i > 0; i--) {
      boolean isDone = random.nextBoolean();
      int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 300 : 3);
      long to = marks.end() + (isDone && random.nextInt(9) == 0 ? 1L << 55 : length);
      int crashes = random.nextInt(3) == 0 ? random.nextInt(Mark.CRASHES_MAX + 1) : 0;
      State state = random.nextBoolean() ? State.OPEN : State.BEGUN;
      marks.set(marks.end(), to, isDone ? Mark.DONE : new Mark(state, crashes));
    }
    return marks;
  }

  @Test
  void its_length_is_foretold() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Marks marks = marks(new Random(seed));
      long bytes = told(marks).stream().mapToLong(Run::bytes).sum();

      String text = new Metadata(OWNER, marks).text();

      long foretold = bytes == 0 ? 0 : Metadata.length(bytes);
      assertThat((long) text.length()).as("seed %s", seed).isEqualTo(foretold);
      assertThat(foretold)
          .as("seed %s", seed)
          .isLessThanOrEqualTo(Metadata.length(marks.bytesMax()));
    }
  }

  @Test
  void the_longest_that_is_foretold_can_come() {
    Marks marks = new Marks(0);
    for (int offset = 0; offset < 100; offset++) {
      boolean isDone = offset % 3 == 1;
      marks.set(offset, offset + 1, isDone ? Mark.DONE : new Mark(State.OPEN, 1 + offset % 2));
    }

    assertThat((long) new Metadata(OWNER, marks).text().length())
        .isEqualTo(Metadata.length(marks.bytesMax()));
  }

  @Test
  void any_text_can_be_read_or_not_and_never_fails() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);

      assertThat(Metadata.read(random.nextLong(), PREFIX + base64)).as("seed %s", seed).isEmpty();
      assertThat(Metadata.read(5, PREFIX + new String(bytes, StandardCharsets.ISO_8859_1)))
          .as("seed %s", seed)
          .isEmpty();
    }
  }

  @Test
  void any_runs_with_a_right_checksum_are_read_as_they_can_be_written_or_not_at_all() {
    int read = 0;
    for (int seed = 0; seed < 20 * SEEDS; seed++) {
      Random random = new Random(seed);
      byte[] runs = new byte[1 + random.nextInt(12)];
      random.nextBytes(runs);
      long offset = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(1_000);

      Optional<Metadata> metadata = Metadata.read(offset, Texts.sealed(offset, OWNER, runs));

      if (metadata.isPresent()) {
        read++;
        Marks marks = metadata.get().marks();
        assertThat(marks.open()).as("seed %s", seed).isLessThanOrEqualTo(1 << 14);
        Optional<Metadata> again = Metadata.read(offset, metadata.get().text());
        assertThat(again.map(same -> told(same.marks())).orElse(List.of()))
            .as("seed %s", seed)
            .isEqualTo(told(marks));
      }
    }
    assertThat(read).as("how many were runs").isGreaterThan(SEEDS / 5);
  }
}
