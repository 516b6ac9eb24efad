// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import static dev.redrive.guard.limits.Street.candidate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Event;
import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.retry.Reason;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadLetterAdmissionTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private AdmissionGate gate = gate(DeadLetterAdmission.of(0.5, 10));
  private int asked;

  private AdmissionGate gate(DeadLetterAdmission rule) {
    return (AdmissionGate) rule.create("orders", new GateTime(time, time::nanoTime));
  }

  private void die(int count) {
    die(count, Reason.NOT_RETRYABLE);
  }

  private void die(int count, Reason reason) {
    for (int i = 0; i < count; i++) {
      gate.on(new Event.Died("orders", time.instant(), "m", 1, reason, "planned"));
    }
  }

  private void succeed(int count) {
    for (int i = 0; i < count; i++) {
      gate.on(new Event.Succeeded("orders", time.instant(), "m", 1, SECOND));
    }
  }

  private Answer ask() {
    return gate.ask(candidate("m" + asked++, "a", 1));
  }

  private Answer.Pass passes() {
    Answer answer = ask();
    assertThat(answer).isInstanceOf(Answer.Pass.class);
    return (Answer.Pass) answer;
  }

  private Answer.Wait waits() {
    Answer answer = ask();
    assertThat(answer).isInstanceOf(Answer.Wait.class);
    return (Answer.Wait) answer;
  }

  @Test
  void a_queue_of_which_most_die_is_held() {
    succeed(10);
    die(9);
    passes();

    die(1);

    Answer.Wait wait = waits();
    assertThat(wait.reach()).isEqualTo(Answer.Reach.QUEUE);
    assertThat(wait.time()).isEqualTo(MINUTE);
    assertThat(wait.why()).contains("10 of 20 messages that ended in the last 60 s died");
    assertThat(gate.status().state()).isEqualTo(GateStatus.State.HOLDING);
  }

  @Test
  void fewer_deaths_than_the_share_hold_nothing() {
    succeed(90);

    die(80);

    passes();
    assertThat(gate.status().state()).isEqualTo(GateStatus.State.PASSING);
  }

  @Test
  void deaths_of_longer_ago_do_not_count() {
    die(9);
    time.advance(Duration.ofSeconds(61));

    die(9);
    passes();

    die(1);
    waits();
  }

  @Test
  void deaths_that_holding_would_not_save_do_not_count() {
    die(100, Reason.EXPIRED);
    die(100, Reason.OVERFLOW);

    passes();
  }

  @Test
  void after_a_while_one_is_tried_and_its_success_lets_the_queue_go_on() {
    die(10);
    time.advance(MINUTE);

    Answer.Pass tried = passes();
    assertThat(waits().time()).isEqualTo(SECOND);
    tried.permit().succeeded(SECOND);
    succeed(1);

    passes();
    passes();
    assertThat(gate.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void the_death_of_the_one_that_is_tried_holds_the_queue_for_twice_as_long() {
    die(10);
    for (int factor = 2; factor <= 8; factor *= 2) {
      time.advance(waits().time());
      passes().permit().succeeded(SECOND);
      die(1);
      assertThat(waits().time()).isEqualTo(MINUTE.multipliedBy(factor));
    }

    time.advance(waits().time());
    passes().permit().succeeded(SECOND);
    die(1);

    assertThat(waits().time()).isEqualTo(MINUTE.multipliedBy(8));
  }

  @Test
  void a_death_that_is_told_before_the_attempts_end_counts_as_well() {
    die(10);
    time.advance(MINUTE);
    Answer.Pass tried = passes();

    die(1);
    tried.permit().failed(new IllegalStateException("planned"), SECOND);

    assertThat(waits().time()).isEqualTo(MINUTE.multipliedBy(2));
  }

  @Test
  void one_that_is_to_be_retried_decides_nothing_and_another_is_tried() {
    die(10);
    time.advance(MINUTE);

    passes().permit().failed(new IllegalStateException("planned"), SECOND);

    assertThat(waits().time()).isEqualTo(SECOND);
    time.advance(SECOND);
    passes();
    waits();
  }

  @Test
  void one_that_was_not_attempted_leaves_its_place_at_once() {
    die(10);
    time.advance(MINUTE);

    passes().permit().unused();

    passes();
  }

  @Test
  void a_queue_that_goes_on_is_judged_anew() {
    die(10);
    time.advance(MINUTE);
    passes().permit().succeeded(SECOND);
    succeed(1);

    die(9);
    passes();

    die(1);
    assertThat(waits().time()).isEqualTo(MINUTE);
  }

  @Test
  void a_person_lets_a_held_queue_go_on() {
    die(10);
    waits();

    gate.release();

    passes();
    die(10);
    waits();
  }

  @Test
  void a_person_lets_all_pass_whatever_dies() {
    gate.force(false);

    die(1_000);

    passes();
    assertThat(gate.status().detail()).contains("somebody");
  }

  @Test
  void a_person_holds_the_queue() {
    gate.force(true);

    time.advance(Duration.ofHours(1));

    assertThat(waits().time()).isEqualTo(SECOND);
    assertThat(gate.status().state()).isEqualTo(GateStatus.State.HOLDING);
  }

  @Test
  void looks_at_the_time_and_holds_for_the_time_it_is_told() {
    gate = gate(DeadLetterAdmission.of(1, 2).within(MINUTE.multipliedBy(5)).heldFor(SECOND));
    die(1);
    time.advance(MINUTE.multipliedBy(4));

    die(1);

    assertThat(waits().time()).isEqualTo(SECOND);
  }

  @Test
  void refuses_numbers_out_of_bounds() {
    assertThatThrownBy(() -> DeadLetterAdmission.of(0, 1)).hasMessageContaining("share");
    assertThatThrownBy(() -> DeadLetterAdmission.of(1.1, 1)).hasMessageContaining("share");
    assertThatThrownBy(() -> DeadLetterAdmission.of(0.5, 0)).hasMessageContaining("minimum");
    DeadLetterAdmission defaults = DeadLetterAdmission.defaults();
    assertThatThrownBy(() -> defaults.within(Duration.ZERO)).hasMessageContaining("window");
    assertThatThrownBy(() -> defaults.heldFor(Duration.ofDays(1))).hasMessageContaining("hold");
  }
}
