// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import static dev.redrive.guard.limits.Street.candidate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.gate.Answer;
import dev.redrive.gate.GateStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void first_attempts_never_wait() {
    Street street = new Street(RetryBudget.of(0, 1));

    street.come("a", 5_000);

    assertThat(street.passed.size()).isEqualTo(5_000);
  }

  @Test
  void retries_beyond_so_many_a_second_wait() {
    Street street = new Street(RetryBudget.of(0, 10));

    street.comeAgain("a", 1_000);
    assertThat(street.passed.size()).isEqualTo(10);
    street.time.advance(Duration.ofSeconds(20));

    assertThat(street.passed.size()).isEqualTo(210);
    assertThat(street.mostWithin(SECOND)).isLessThanOrEqualTo(20);
  }

  @Test
  void each_first_attempt_earns_its_share() {
    Street street = new Street(RetryBudget.of(0.2, 1));
    street.come("a", 100);

    street.comeAgain("b", 100);

    assertThat(street.passed.size()).isEqualTo(100 + 20 + 1);
  }

  @Test
  void a_steady_stream_has_its_share_and_no_more() {
    Street street = new Street(RetryBudget.of(0.2, 1));
    street.stream("a", Duration.ofMillis(10), 10_000);
    street.time.advance(Duration.ofSeconds(20));
    street.comeAgain("b", 5_000);

    street.time.advance(Duration.ofSeconds(60));
    int retries = (int) street.passed.stream().filter(each -> each.key().equals("b")).count();

    // 6,000 first attempts have begun meanwhile, and those of some ten seconds had earned before.
    assertThat(retries).isBetween(1_200, 1_200 + 200 + 60 + 1);
    assertThat(street.askedMean()).isLessThan(4);
  }

  @Test
  void what_was_earned_is_forgotten() {
    Street street = new Street(RetryBudget.of(0.2, 1));
    street.come("a", 1_000);
    street.time.advance(Duration.ofSeconds(60));

    street.comeAgain("b", 100);

    assertThat(street.passed.size() - 1_000).isLessThanOrEqualTo(2);
  }

  @Test
  void an_attempt_that_was_not_made_earns_nothing() {
    Street street = new Street(RetryBudget.of(1, 1));
    for (int i = 0; i < 50; i++) {
      Answer first = street.gate.ask(candidate("first" + i, "a", 1));
      ((Answer.Pass) first).permit().unused();
    }

    street.comeAgain("b", 10);

    assertThat(street.passed.size()).isEqualTo(1);
  }

  @Test
  void a_retry_that_was_not_made_costs_nothing() {
    Street street = new Street(RetryBudget.of(0, 1));
    for (int i = 0; i < 5; i++) {
      Answer retry = street.gate.ask(candidate("m", "a", 2));
      ((Answer.Pass) retry).permit().unused();
    }

    assertThat(street.gate.ask(candidate("m", "a", 2))).isInstanceOf(Answer.Pass.class);
    assertThat(street.gate.ask(candidate("n", "a", 2))).isInstanceOf(Answer.Wait.class);
  }

  @Test
  void a_flood_of_retries_of_one_key_holds_up_no_other() {
    Street street = new Street(RetryBudget.of(0, 10));
    street.comeAgain("heavy", 2_000);
    street.time.advance(SECOND);

    street.comeAgain("light", 1);
    street.time.advance(SECOND);

    assertThat(street.waitedP99("light")).isLessThan(Duration.ofMillis(500));
  }

  @Test
  void tells_how_many_wait() {
    Street street = new Street(RetryBudget.of(0, 10));

    street.comeAgain("a", 13);

    assertThat(street.gate.status()).isEqualTo(new GateStatus(GateStatus.State.LIMITING, "3 wait"));
    assertThat(street.gate.name()).isEqualTo("retry budget 0 % + 10/s");
  }

  @Test
  void the_default_is_a_fifth_and_ten_a_second() {
    assertThat(RetryBudget.defaults()).hasToString("retry budget 20 % + 10/s");
    assertThat(RetryBudget.of(0.125, 0.5)).hasToString("retry budget 12.5 % + 0.5/s");
  }

  @Test
  void refuses_numbers_out_of_bounds() {
    assertThatThrownBy(() -> RetryBudget.of(-0.1, 1)).hasMessageContaining("share");
    assertThatThrownBy(() -> RetryBudget.of(Double.NaN, 1)).hasMessageContaining("share");
    assertThatThrownBy(() -> RetryBudget.of(0.2, 0)).hasMessageContaining("second");
  }
}
