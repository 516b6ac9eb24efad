// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {
  private static final long ME = 1;
  private static final long OTHER = 2;
  private static final int METADATA_MAX = 4_096;

  private static Progress fresh(long offset) {
    return Progress.start(offset, "", ME, METADATA_MAX);
  }

  private static Progress next(Commit commit, long owner) {
    return Progress.start(commit.offset(), commit.metadata(), owner, METADATA_MAX);
  }

  private static Progress holding(long... offsets) {
    Progress progress = fresh(offsets[0]);
    for (long offset : offsets) {
      progress.take(offset);
    }
    return progress;
  }

  @Test
  void nothing_known_is_an_offset_without_text() {
    Progress progress = fresh(17);

    assertThat(progress.commit()).isEqualTo(new Commit(17, ""));
    assertThat(progress.isDirty()).isFalse();
    assertThat(progress.isDone(16)).isTrue();
    assertThat(progress.isDone(17)).isFalse();
  }

  @Test
  void taken_and_not_begun_says_nothing() {
    assertThat(holding(0, 1, 2).commit()).isEqualTo(new Commit(0, ""));
  }

  @Test
  void offset_moves_past_what_is_settled_in_order() {
    Progress progress = holding(0, 1, 2);

    progress.done(0);
    progress.done(1);

    assertThat(progress.commit()).isEqualTo(new Commit(2, ""));
  }

  @Test
  void what_is_settled_out_of_order_waits_above_the_offset() {
    Progress progress = holding(0, 1, 2, 3);

    progress.done(1);
    progress.done(3);
    Commit commit = progress.commit();
    Progress next = next(commit, OTHER);

    assertThat(commit.offset()).isZero();
    assertThat(next.isDone(0)).isFalse();
    assertThat(next.isDone(1)).isTrue();
    assertThat(next.isDone(2)).isFalse();
    assertThat(next.isDone(3)).isTrue();
    assertThat(next.isDone(4)).isFalse();
    assertThat(next.knownUpTo()).isEqualTo(4);
  }

  @Test
  void offset_jumps_when_the_gap_below_closes() {
    Progress progress = holding(0, 1, 2, 3);
    progress.done(1);
    progress.done(2);

    progress.done(0);

    assertThat(progress.commit()).isEqualTo(new Commit(3, ""));
  }

  @Test
  void offsets_that_are_not_in_the_log_hold_nothing_up() {
    Progress progress = holding(5, 9, 20);

    progress.done(5);
    progress.done(9);
    assertThat(progress.commit()).isEqualTo(new Commit(20, ""));

    progress.done(20);
    progress.reached(25);
    assertThat(progress.commit()).isEqualTo(new Commit(25, ""));
  }

  @Test
  void position_does_not_pass_what_is_in_hand() {
    Progress progress = holding(5);

    progress.reached(25);

    assertThat(progress.commit()).isEqualTo(new Commit(5, ""));
    progress.done(5);
    assertThat(progress.commit()).isEqualTo(new Commit(25, ""));
  }

  @Test
  void record_that_is_gone_since_its_process_crashed_holds_nothing_up() {
    Progress before = holding(0, 1, 2);
    before.begin(0);
    before.begin(1);
    Progress next = next(before.commit(), OTHER);

    next.take(2);
    next.done(2);

    assertThat(next.commit()).isEqualTo(new Commit(3, ""));
  }

  @Test
  void all_that_is_left_may_be_gone_from_the_log() {
    Progress before = holding(0, 1, 2);
    before.begin(0);
    before.done(2);
    Progress next = next(before.commit(), OTHER);

    next.reached(2);

    assertThat(next.commit()).isEqualTo(new Commit(3, ""));
    assertThat(next.isDone(2)).isTrue();
  }

  @Test
  void attempt_of_another_process_was_cut_off_by_a_crash() {
    Progress before = holding(0, 1, 2);
    before.begin(1);

    Progress next = next(before.commit(), OTHER);

    assertThat(next.crashes(0)).isZero();
    assertThat(next.crashes(1)).isEqualTo(1);
    assertThat(next.isDone(1)).isFalse();
  }

  @Test
  void crash_counts_once_however_many_find_it() {
    Progress before = holding(0);
    before.begin(0);
    Commit commit = before.commit();

    Progress second = next(commit, OTHER);
    Progress third = next(second.commit(), 3);

    assertThat(next(commit, 3).crashes(0)).isEqualTo(1);
    assertThat(third.crashes(0)).isEqualTo(1);
  }

  @Test
  void crashes_add_up() {
    Progress progress = holding(0);
    for (int crashes = 1; crashes <= 5; crashes++) {
      progress.begin(0);
      progress = next(progress.commit(), 10 + crashes);
      progress.take(0);
      assertThat(progress.crashes(0)).isEqualTo(crashes);
    }
  }

  @Test
  void own_attempt_that_is_found_again_was_no_crash() {
    Progress before = holding(0);
    before.begin(0);

    Progress next = next(before.commit(), ME);

    assertThat(next.crashes(0)).isZero();
    assertThat(next(next.commit(), OTHER).crashes(0)).isZero();
  }

  @Test
  void released_attempt_does_not_count() {
    Progress progress = holding(0, 1);
    progress.begin(0);
    progress.begin(1);
    progress.commit();

    progress.release(0);

    Progress next = next(progress.commit(), OTHER);
    assertThat(next.crashes(0)).isZero();
    assertThat(next.crashes(1)).isEqualTo(1);
  }

  @Test
  void hand_over_keeps_all_but_the_attempts_under_way() {
    Progress before = holding(0, 1, 2, 3);
    before.begin(2);
    Progress progress = next(before.commit(), OTHER);
    progress.take(0);
    progress.take(1);
    progress.take(2);
    progress.begin(0);
    progress.begin(2);
    progress.done(1);

    Progress next = next(progress.handOver(), 3);

    assertThat(next.crashes(0)).isZero();
    assertThat(next.isDone(1)).isTrue();
    assertThat(next.crashes(2)).isEqualTo(1);
  }

  @Test
  void settled_record_has_no_crashes() {
    Progress before = holding(0, 1);
    before.begin(1);
    Progress progress = next(before.commit(), OTHER);
    progress.take(0);
    progress.take(1);

    progress.done(1);

    assertThat(progress.crashes(1)).isZero();
    assertThat(next(progress.commit(), 3).crashes(1)).isZero();
  }

  @Test
  void commit_says_something_new_after_a_change_and_only_then() {
    Progress progress = holding(0, 1);
    assertThat(progress.isDirty()).isFalse();

    progress.begin(1);
    assertThat(progress.isDirty()).isTrue();
    progress.commit();
    progress.begin(1);
    assertThat(progress.isDirty()).isFalse();
    progress.release(1);
    assertThat(progress.isDirty()).isTrue();
    progress.commit();
    progress.done(1);
    assertThat(progress.isDirty()).isTrue();
    progress.commit();
    progress.reached(4);
    assertThat(progress.isDirty()).isFalse();
    progress.done(0);
    assertThat(progress.isDirty()).isTrue();
    progress.commit();
    progress.reached(5);
    assertThat(progress.isDirty()).isTrue();
  }

  @Test
  void attempts_that_are_found_begun_are_news_and_nothing_else_is() {
    Progress before = holding(0, 1);
    before.done(1);
    assertThat(next(before.commit(), OTHER).isDirty()).isFalse();

    before.begin(0);
    Commit commit = before.commit();

    assertThat(next(commit, ME).isDirty()).isTrue();
    assertThat(next(commit, OTHER).isDirty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "worker-3 on host 7", "AQID"})
  void text_of_another_program_is_nothing(String metadata) {
    Progress progress = Progress.start(8, metadata, ME, METADATA_MAX);

    assertThat(progress.isUnreadable()).isFalse();
    assertThat(progress.commit()).isEqualTo(new Commit(8, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"redrive-1:", "redrive-1:AQID", "redrive-2:AQID"})
  void damaged_text_is_nothing_and_told(String metadata) {
    Progress progress = Progress.start(8, metadata, ME, METADATA_MAX);

    assertThat(progress.isUnreadable()).isTrue();
    assertThat(progress.commit()).isEqualTo(new Commit(8, ""));
  }

  @Test
  void text_that_was_copied_to_another_offset_is_nothing_and_told() {
    Progress before = holding(0, 1);
    before.done(1);

    Progress copied = Progress.start(3, before.commit().metadata(), OTHER, METADATA_MAX);

    assertThat(copied.isUnreadable()).isTrue();
    assertThat(copied.isDone(4)).isFalse();
  }

  @Test
  void records_come_once_and_ascending() {
    Progress progress = holding(5, 6);
    progress.done(6);

    assertThatThrownBy(() -> progress.take(4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> progress.take(5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> progress.take(6)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void only_what_is_in_hand_is_begun_and_settled() {
    Progress before = holding(5, 6, 7);
    before.begin(7);
    before.done(6);
    Progress progress = next(before.commit(), OTHER);
    progress.take(5);

    for (long offset : new long[] {4, 6, 7, 8}) {
      assertThatThrownBy(() -> progress.begin(offset)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> progress.release(offset)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> progress.done(offset)).isInstanceOf(IllegalStateException.class);
    }
  }
}
