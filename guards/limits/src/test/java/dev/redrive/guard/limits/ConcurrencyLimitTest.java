// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import static dev.redrive.guard.limits.Street.candidate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.gate.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {
  private static final Duration TENTH = Duration.ofMillis(100);

  @Test
  void no_more_run_at_once_than_may() {
    Street street = new Street(ConcurrencyLimit.of(4)).attemptsTake(TENTH);

    street.come("a", 200);
    street.time.advance(Duration.ofSeconds(6));

    assertThat(street.passed.size()).isEqualTo(200);
    assertThat(street.runningMost()).isEqualTo(4);
  }

  @Test
  void slots_are_used_again_soon_after_they_are_free() {
    Street street = new Street(ConcurrencyLimit.of(4)).attemptsTake(Duration.ofMillis(37));
    street.come("a", 2_000);

    street.time.advance(Duration.ofSeconds(15));

    // 4 slots for 15 s, 37 ms each, would be 1,621 with no time between.
    assertThat(street.passed.size()).isGreaterThan(1_450);
    assertThat(street.askedMean()).isLessThan(6);
  }

  @Test
  void each_key_has_slots_of_its_own() {
    Street street = new Street(ConcurrencyLimit.of(2).perKey()).attemptsTake(TENTH);

    street.come("a", 5);
    street.come("b", 5);
    street.come("", 5);

    assertThat(street.passed).hasSize(2 + 2 + 5);
  }

  @Test
  void a_key_with_a_hundred_times_the_load_at_most_doubles_the_waiting_of_the_others() {
    Duration alone = waitingOfTheOthers(false);
    Duration beside = waitingOfTheOthers(true);

    assertThat(beside).isLessThanOrEqualTo(alone.multipliedBy(2));
  }

  private static Duration waitingOfTheOthers(boolean isBesideAFlood) {
    Street street = new Street(ConcurrencyLimit.of(10)).attemptsTake(TENTH);
    for (int key = 0; key < 40; key++) {
      // All at the same moments, so that they wait for one another.
      street.stream("light" + key, Duration.ofMillis(800), 50);
    }
    if (isBesideAFlood) {
      street.stream("heavy", Duration.ofMillis(8), 5_000);
    }
    street.time.advance(Duration.ofSeconds(60));
    return street.waitedP99("light");
  }

  @Test
  void a_slot_comes_back_however_the_attempt_ended() {
    Street street = new Street(ConcurrencyLimit.of(1));

    pass(street).permit().succeeded(TENTH);
    pass(street).permit().failed(new IllegalStateException("planned"), TENTH);
    pass(street).permit().unused();

    pass(street);
    assertThat(street.gate.ask(candidate("other", "a", 1))).isInstanceOf(Answer.Wait.class);
  }

  @Test
  void a_slot_comes_back_once() {
    Street street = new Street(ConcurrencyLimit.of(1));
    Answer.Pass first = pass(street);
    first.permit().succeeded(TENTH);
    pass(street);

    first.permit().succeeded(TENTH);

    assertThat(street.gate.ask(candidate("other", "a", 1))).isInstanceOf(Answer.Wait.class);
  }

  private static Answer.Pass pass(Street street) {
    return (Answer.Pass) street.gate.ask(candidate("m", "a", 1));
  }

  @Test
  void the_wait_follows_from_how_long_attempts_take() {
    Street quick = new Street(ConcurrencyLimit.of(1)).attemptsTake(Duration.ofMillis(5));
    Street slow = new Street(ConcurrencyLimit.of(1)).attemptsTake(Duration.ofSeconds(5));
    for (Street each : new Street[] {quick, slow}) {
      each.stream("a", Duration.ofSeconds(10), 50);
      each.time.advance(Duration.ofMinutes(10));
      each.come("a", 1);
    }

    assertThat(waits(quick)).isLessThan(Duration.ofMillis(10));
    assertThat(waits(slow)).isGreaterThan(Duration.ofSeconds(4));
  }

  private static Duration waits(Street street) {
    return ((Answer.Wait) street.gate.ask(candidate("next", "a", 1))).time();
  }

  @Test
  void says_what_it_is_and_refuses_numbers_out_of_bounds() {
    assertThat(ConcurrencyLimit.of(4).perKey()).hasToString("concurrency 4 per key");
    assertThatThrownBy(() -> ConcurrencyLimit.of(0)).hasMessageContaining("1 to 1000000");
  }
}
