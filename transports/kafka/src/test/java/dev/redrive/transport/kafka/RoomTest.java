// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** How many records may be in hand, so that what is known of them always fits. */
class RoomTest {
  private static final long ME = 1;
  private static final int METADATA_MAX = 4_096;

  private static Progress fresh(long offset) {
    return Progress.start(offset, "", ME, METADATA_MAX);
  }

  private static Progress next(Commit commit, long owner) {
    return Progress.start(commit.offset(), commit.metadata(), owner, METADATA_MAX);
  }

  @Test
  void there_is_room_for_a_thousand_records_in_hand_at_the_default_bound() {
    assertThat(filled(fresh(0), 0)).isGreaterThan(1_000);
  }

  /** Takes each second offset until there is no room; returns how many. */
  private static int filled(Progress progress, long first) {
    int taken = 0;
    for (long offset = first; progress.hasRoom(); offset += 1) {
      progress.take(offset);
      taken++;
    }
    return taken;
  }

  @Test
  void one_record_that_stays_does_not_hold_up_those_behind_it() {
    Progress progress = fresh(0);
    progress.take(0);
    for (long offset = 1; offset < 100_000; offset++) {
      assertThat(progress.hasRoom()).isTrue();
      progress.take(offset);
      progress.done(offset);
    }

    assertThat(progress.commit().metadata()).hasSizeLessThan(40);
  }

  @Test
  void there_is_always_room_for_one() {
    Progress progress = Progress.start(0, "", ME, Progress.METADATA_MIN);

    progress.take(1L << 59);

    assertThat(progress.commit()).isEqualTo(new Commit(1L << 59, ""));
  }

  @Test
  void what_is_in_hand_always_fits_and_can_always_be_taken_over() {
    Progress progress = fresh(0);
    int taken = filled(progress, 0);
    // The longest there is: two counts of crashes in turn, and something done in between.
    for (int crash = 0; crash < 3; crash++) {
      for (long offset = 0; offset < taken; offset++) {
        if (offset % 3 == 1 && !progress.isDone(offset)) {
          progress.done(offset);
        } else if (offset % 3 == 0 || (crash == 0 && offset % 3 == 2)) {
          progress.begin(offset);
        }
      }
      assertThat(progress.commit().metadata()).hasSizeLessThanOrEqualTo(METADATA_MAX * 3 / 4);
      progress = next(progress.commit(), 100 + crash);
      for (long offset = 0; offset < taken; offset++) {
        if (!progress.isDone(offset)) {
          assertThat(progress.hasRoom()).isTrue();
          progress.take(offset);
        }
      }
    }
  }

  @Test
  void a_quarter_of_the_bound_stays_free_whatever_lies_between_records() {
    Progress progress = fresh(0);
    long offset = 0;
    for (; progress.hasRoom(); offset += 1L << 50) {
      progress.take(offset);
    }
    for (long begun = 0; begun < offset; begun += 1L << 50) {
      progress.begin(begun);
    }

    // Every record has a crash now, and is a run of its own, as there are none beside it.
    Commit commit = next(progress.commit(), 2).commit();

    assertThat(commit.metadata()).hasSizeBetween(METADATA_MAX * 7 / 10, METADATA_MAX * 3 / 4);
  }

  @Test
  void a_full_hand_is_taken_over_whole() {
    Progress progress = fresh(0);
    int taken = filled(progress, 0);
    progress.begin(taken - 1);
    Progress next = next(progress.commit(), 2);

    for (long offset = 0; offset < taken; offset++) {
      assertThat(next.hasRoom()).isTrue();
      next.take(offset);
    }
  }

  @Test
  void when_the_bound_was_lowered_records_are_taken_one_at_a_time() {
    Progress before = fresh(0);
    for (long offset = 0; offset < 100; offset++) {
      before.take(offset);
    }
    before.done(99);
    Commit commit = before.commit();
    Progress progress = Progress.start(commit.offset(), commit.metadata(), 2, 128);

    for (long offset = 0; offset < 20; offset++) {
      assertThat(progress.hasRoom()).isTrue();
      progress.take(offset);
      assertThat(progress.hasRoom()).isFalse();
      progress.done(offset);
    }
  }

  @Test
  void settling_makes_room() {
    Progress progress = fresh(0);
    int taken = filled(progress, 0);

    for (long offset = taken - 20L; offset < taken; offset++) {
      progress.done(offset);
    }

    assertThat(progress.hasRoom()).isTrue();
  }

  @Test
  void bound_too_small_for_anything_is_refused() {
    assertThatThrownBy(() -> Progress.start(0, "", ME, Progress.METADATA_MIN - 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
