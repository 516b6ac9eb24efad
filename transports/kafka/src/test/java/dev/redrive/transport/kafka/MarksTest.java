// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.transport.kafka.Mark.State;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MarksTest {
  private static final int SEEDS = 500;
  private static final int STEPS = 60;
  private static final int SPAN = 40;
  private static final Mark BEGUN = Mark.OPEN.begun();

  @Test
  void equal_neighbours_are_one_run() {
    Marks marks = new Marks(10);

    marks.set(10, 12, Mark.OPEN);
    marks.set(12, 15, Mark.DONE);
    marks.set(15, 16, Mark.OPEN);
    marks.set(11, 12, Mark.DONE);
    marks.set(15, 16, Mark.DONE);

    assertThat(marks.runs())
        .containsExactly(new Run(10, 11, Mark.OPEN), new Run(11, 16, Mark.DONE));
  }

  @Test
  void records_with_other_crashes_are_other_runs() {
    Marks marks = new Marks(0);

    marks.set(0, 3, BEGUN);
    marks.set(1, 2, new Mark(State.BEGUN, 1));

    assertThat(marks.with(Mark::cutOff).runs())
        .containsExactly(
            new Run(0, 1, new Mark(State.OPEN, 1)),
            new Run(1, 2, new Mark(State.OPEN, 2)),
            new Run(2, 3, new Mark(State.OPEN, 1)));
  }

  @Test
  void what_is_done_at_the_beginning_is_forgotten() {
    Marks marks = new Marks(5);
    marks.set(5, 8, Mark.DONE);
    marks.set(8, 9, BEGUN);

    marks.trim(5);

    assertThat(marks.start()).isEqualTo(8);
    assertThat(marks.at(7)).isEqualTo(Mark.DONE);
    assertThat(marks.at(8)).isEqualTo(BEGUN);
    assertThat(marks.at(9)).isEqualTo(Mark.OPEN);
  }

  @Test
  void when_all_is_done_it_begins_where_it_is_told_or_at_its_end() {
    Marks marks = new Marks(5);
    marks.set(5, 8, Mark.DONE);

    marks.trim(6);
    assertThat(marks.start()).isEqualTo(8);

    marks.trim(20);
    assertThat(marks.start()).isEqualTo(20);
    assertThat(marks.end()).isEqualTo(20);
  }

  @Test
  void crashes_are_counted_up_to_what_one_byte_holds() {
    Mark mark = new Mark(State.BEGUN, Mark.CRASHES_MAX);

    assertThat(mark.cutOff().crashes()).isEqualTo(Mark.CRASHES_MAX);
  }

  @Test
  void holes_are_refused() {
    Marks marks = new Marks(5);

    assertThatThrownBy(() -> marks.set(6, 7, Mark.DONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> marks.set(4, 6, Mark.DONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> marks.set(5, 5, Mark.DONE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void they_are_what_a_mark_an_offset_would_be() {
    for (int seed = 0; seed < SEEDS; seed++) {
      compare(new Random(seed), seed);
    }
  }

  private static void compare(Random random, int seed) {
    long start = random.nextInt(3) * 1_000_000_007L;
    Marks marks = new Marks(start);
    TreeMap<Long, Mark> each = new TreeMap<>();
    for (int step = 0; step < STEPS; step++) {
      long from = marks.start() + random.nextInt((int) (marks.end() - marks.start()) + 1);
      long to = from + 1 + random.nextInt(random.nextBoolean() ? 2 : SPAN);
      Mark mark = mark(random);
      marks.set(from, to, mark);
      for (long offset = from; offset < to; offset++) {
        each.put(offset, mark);
      }
      if (random.nextInt(5) == 0) {
        marks.trim(start);
        while (!each.isEmpty() && each.firstEntry().getValue().isDone()) {
          each.pollFirstEntry();
        }
      }
      assertSame(marks, each, seed);
    }
  }

  private static Mark mark(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Mark.OPEN;
      case 1 -> Mark.DONE;
      case 2 -> BEGUN;
      default -> new Mark(State.OPEN, 1 + random.nextInt(2));
    };
  }

  private static void assertSame(Marks marks, Map<Long, Mark> each, int seed) {
    each.forEach((at, mark) -> assertThat(marks.at(at)).as("seed %s", seed).isEqualTo(mark));
    List<Run> runs = marks.runs();
    long at = marks.start();
    long bytes = 0;
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      assertThat(run.from()).as("no hole, seed %s", seed).isEqualTo(at);
      assertThat(i > 0 && runs.get(i - 1).mark().equals(run.mark()))
          .as("equal neighbours, seed %s", seed)
          .isFalse();
      bytes += run.mark().isDone() ? run.bytes() : 2 * run.length();
      at = run.to();
    }
    assertThat(marks.end()).as("seed %s", seed).isEqualTo(at);
    assertThat(marks.bytesMax()).as("counted along, seed %s", seed).isEqualTo(bytes);
    assertThat(runs.stream().mapToLong(Run::bytes).sum())
        .as("never longer, seed %s", seed)
        .isLessThanOrEqualTo(bytes);
  }
}
