// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import static dev.redrive.guard.limits.Street.candidate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.gate.Answer;
import dev.redrive.gate.GateStatus;
import dev.redrive.guard.limits.Street.Passed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void no_second_sees_more_than_the_rate_and_the_burst() {
    Street street = new Street(RateLimit.perSecond(200).burst(20));

    street.come("a", 3_000);
    street.time.advance(Duration.ofSeconds(20));

    assertThat(street.passed.size()).isEqualTo(3_000);
    assertThat(street.mostWithin(SECOND)).isBetween(200, 220);
  }

  @Test
  void the_whole_rate_is_used_while_messages_wait() {
    Street street = new Street(RateLimit.perSecond(200).burst(20));

    street.come("a", 3_000);
    street.time.advance(Duration.ofSeconds(10));

    assertThat(street.passed.size()).isEqualTo(2_020);
  }

  @Test
  void each_message_is_told_its_own_turn_and_passes_then() {
    Street street = new Street(RateLimit.perSecond(10).burst(1));

    street.come("a", 1_000);
    street.time.advance(Duration.ofSeconds(100));

    assertThat(street.askedMost()).isEqualTo(2);
    assertThat(street.passed).hasSize(1_000).isSortedAccordingTo(this::byNumber);
  }

  private int byNumber(Passed one, Passed other) {
    return Integer.compare(number(one), number(other));
  }

  private static int number(Passed passed) {
    return Integer.parseInt(passed.id().substring(passed.id().indexOf('-') + 1));
  }

  @Test
  void newcomers_do_not_take_the_turns_of_those_that_wait() {
    Street street = new Street(RateLimit.perSecond(10).burst(5));
    street.come("a", 100);

    street.stream("a", Duration.ofMillis(7), 2_000);
    street.time.advance(Duration.ofSeconds(10));

    assertThat(street.passed).hasSize(105).isSortedAccordingTo(this::byNumber);
  }

  @Test
  void a_key_with_a_hundred_times_the_load_at_most_doubles_the_waiting_of_the_others() {
    Duration alone = waitingOfTheOthers(false);
    Duration beside = waitingOfTheOthers(true);

    assertThat(beside).isLessThanOrEqualTo(alone.multipliedBy(2));
  }

  private static Duration waitingOfTheOthers(boolean isBesideAFlood) {
    Street street = new Street(RateLimit.perSecond(100).burst(1));
    for (int key = 0; key < 20; key++) {
      String name = "light" + key;
      // All at the same moments, so that they wait for one another.
      street.stream(name, Duration.ofMillis(400), 100);
    }
    if (isBesideAFlood) {
      street.stream("heavy", Duration.ofMillis(4), 10_000);
    }
    street.time.advance(Duration.ofSeconds(60));
    return street.waitedP99("light");
  }

  @Test
  void a_flood_that_came_before_does_not_hold_up_a_key_that_comes_now() {
    Street street = new Street(RateLimit.perSecond(100).burst(1));
    street.come("heavy", 5_000);
    street.time.advance(SECOND);

    street.come("light", 1);
    street.time.advance(SECOND);

    assertThat(street.waitedP99("light")).isLessThan(Duration.ofMillis(50));
  }

  @Test
  void the_flood_gets_what_the_others_leave() {
    Street street = new Street(RateLimit.perSecond(100).burst(1));
    street.come("heavy", 3_000);
    street.stream("light", Duration.ofMillis(20), 1_000);

    street.time.advance(Duration.ofSeconds(20));

    assertThat(street.passed.size()).isBetween(1_980, 2_001);
    assertThat(street.waitedP99("light")).isLessThan(Duration.ofMillis(50));
    assertThat(street.askedMean()).isLessThan(4);
  }

  @Test
  void one_that_does_not_come_at_its_turn_holds_the_others_up_for_a_moment_only() {
    Street street = new Street(RateLimit.perSecond(10).burst(1));
    street.come("a", 1);
    street.gate.ask(candidate("never back", "a", 1));

    street.stream("a", Duration.ofMillis(50), 1_000);
    street.time.advance(Duration.ofSeconds(10));

    assertThat(street.passed.size()).isGreaterThanOrEqualTo(90);
  }

  @Test
  void whoever_comes_late_goes_before_those_that_came_after_it() {
    Street street = new Street(RateLimit.perSecond(10).burst(1));
    street.come("a", 1);
    Answer.Wait late = waits(street, "late");
    street.come("a", 300);

    street.time.advance(late.time().plusSeconds(20));
    Answer.Wait again = waits(street, "late");
    street.time.advance(again.time());

    assertThat(street.gate.ask(candidate("late", "a", 1))).isInstanceOf(Answer.Pass.class);
    assertThat(again.time()).isLessThan(Duration.ofMillis(300));
  }

  @Test
  void asking_before_the_turn_moves_no_turn() {
    Street street = new Street(RateLimit.perSecond(1).burst(1));
    street.come("a", 1);
    Answer.Wait first = waits(street, "b");
    Answer.Wait second = waits(street, "c");

    street.time.advance(Duration.ofMillis(400));

    assertThat(waits(street, "b").time()).isEqualTo(first.time().minusMillis(400));
    assertThat(waits(street, "c").time()).isEqualTo(second.time().minusMillis(400));
  }

  private static Answer.Wait waits(Street street, String id) {
    return (Answer.Wait) street.gate.ask(candidate(id, "a", 1));
  }

  @Test
  void a_permit_that_was_not_used_gives_the_token_and_the_place_back() {
    Street street = new Street(RateLimit.perSecond(1).burst(1));
    Answer first = street.gate.ask(candidate("first", "a", 1));
    waits(street, "second");

    ((Answer.Pass) first).permit().unused();

    assertThat(street.gate.ask(candidate("first", "a", 1))).isInstanceOf(Answer.Pass.class);
  }

  @Test
  void one_that_was_not_used_comes_before_those_that_came_after_it() {
    Street street = new Street(RateLimit.perSecond(1).burst(1));
    Answer first = street.gate.ask(candidate("first", "a", 1));
    street.come("a", 10);
    ((Answer.Pass) first).permit().unused();
    // Another has the token that came back.
    street.gate.ask(candidate("other", "b", 1));

    assertThat(waits(street, "first").time()).isLessThan(Duration.ofSeconds(4));
  }

  @Test
  void a_permit_counts_once() {
    Street street = new Street(RateLimit.perSecond(1).burst(2));
    Answer.Pass pass = (Answer.Pass) street.gate.ask(candidate("first", "a", 1));
    street.gate.ask(candidate("second", "a", 1));

    pass.permit().succeeded(SECOND);
    pass.permit().unused();

    assertThat(street.gate.ask(candidate("third", "a", 1))).isInstanceOf(Answer.Wait.class);
  }

  @Test
  void one_that_could_not_be_used_does_not_keep_tokens_from_others() {
    Street street = new Street(RateLimit.perSecond(1).burst(1));
    Answer blocked = street.gate.ask(candidate("blocked", "a", 1));
    ((Answer.Pass) blocked).permit().unused();

    assertThat(street.gate.ask(candidate("other", "b", 1))).isInstanceOf(Answer.Pass.class);
  }

  @Test
  void each_key_has_its_own_limit_and_messages_without_a_key_have_none() {
    Street street = new Street(RateLimit.perSecond(1).burst(3).perKey());

    street.come("a", 10);
    street.come("b", 10);
    street.come("", 10);

    assertThat(street.passed).extracting(Passed::key).containsOnly("a", "b", "");
    assertThat(street.passed.size()).isEqualTo(3 + 3 + 10);
    street.time.advance(Duration.ofSeconds(7));
    assertThat(street.passed.size()).isEqualTo(10 + 10 + 10);
    assertThat(street.askedMost()).isEqualTo(2);
  }

  @Test
  void each_value_of_a_header_has_its_own_limit() {
    Street street = new Street(RateLimit.perSecond(1).burst(3).perHeader("tenant"));

    street.come("a", 10);
    street.come("b", 10);

    assertThat(street.passed.size()).isEqualTo(6);
  }

  @Test
  void tells_how_many_wait() {
    Street street = new Street(RateLimit.perSecond(10).burst(1));
    assertThat(street.gate.status().state()).isEqualTo(GateStatus.State.PASSING);

    street.come("a", 8);

    assertThat(street.gate.status()).isEqualTo(new GateStatus(GateStatus.State.LIMITING, "7 wait"));
    street.time.advance(SECOND);
    assertThat(street.gate.status().state()).isEqualTo(GateStatus.State.PASSING);
  }

  @Test
  void more_than_can_be_remembered_are_told_turns_of_their_own_behind_the_others() {
    Street street = new Street(RateLimit.perSecond(1_000).burst(1));
    List<Duration> told = new ArrayList<>();

    for (int i = 0; i < 15_001; i++) {
      if (street.gate.ask(candidate("m" + i, "a", 1)) instanceof Answer.Wait wait) {
        told.add(wait.time());
      }
    }

    assertThat(told).isSorted();
    assertThat(new TreeSet<>(told)).hasSize(15_000);
    assertThat(told.get(14_999)).isBetween(Duration.ofSeconds(14), Duration.ofSeconds(16));
  }

  @Test
  void more_than_can_be_remembered_all_pass_in_the_end() {
    Street street = new Street(RateLimit.perSecond(1_000).burst(10));

    street.come("a", 25_000);
    street.time.advance(Duration.ofSeconds(26));

    assertThat(street.passed.size()).isGreaterThan(24_500);
    street.time.advance(Duration.ofSeconds(10));
    assertThat(street.passed.size()).isEqualTo(25_000);
    assertThat(street.mostWithin(SECOND)).isBetween(1_000, 1_010);
  }

  @Test
  void equal_limits_are_equal() {
    assertThat(RateLimit.perSecond(5).perKey()).isEqualTo(RateLimit.per(5, SECOND).perKey());
    assertThat(RateLimit.perSecond(5)).isNotEqualTo(RateLimit.perSecond(5).perKey());
  }

  @Test
  void says_what_it_is() {
    assertThat(RateLimit.perSecond(5).perKey()).hasToString("rate 5/s per key");
    assertThat(RateLimit.per(100, Duration.ofMinutes(1)).perHeader("tenant"))
        .hasToString("rate 100/m per header tenant");
  }

  @Test
  void refuses_numbers_out_of_bounds() {
    assertThatThrownBy(() -> RateLimit.perSecond(0)).hasMessageContaining("amount");
    assertThatThrownBy(() -> RateLimit.perSecond(1_000_001)).hasMessageContaining("amount");
    assertThatThrownBy(() -> RateLimit.per(1, Duration.ZERO)).hasMessageContaining("period");
    assertThatThrownBy(() -> RateLimit.per(1, Duration.ofDays(2))).hasMessageContaining("period");
    assertThatThrownBy(() -> RateLimit.perSecond(1).burst(0)).hasMessageContaining("burst");
  }
}
