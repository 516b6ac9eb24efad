// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.Permit;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Breakers that break the contract are found out. */
class BreakerContractTest {

  /** Passes all and never changes, or passes nothing. */
  private record Stuck(State state) implements Breaker {
    @Override
    public String name() {
      return "stuck";
    }

    @Override
    public Answer ask(Candidate candidate) {
      return state == State.CLOSED
          ? new Answer.Pass(Permit.NONE)
          : new Answer.Wait(Duration.ofSeconds(5), "stuck", Answer.Reach.QUEUE);
    }

    @Override
    public void force(boolean isOpen) {}

    @Override
    public void release() {}

    @Override
    public GateStatus status() {
      return new GateStatus(GateStatus.State.PASSING, "");
    }
  }

  private static BreakerContract contract(Breaker.State state) {
    return new BreakerContract() {
      @Override
      protected Breaker breaker() {
        return new Stuck(state);
      }

      @Override
      protected int canaries() {
        return 2;
      }
    };
  }

  @Test
  void one_that_never_opens_is_found_out() {
    BreakerContract never = contract(Breaker.State.CLOSED);

    assertThatThrownBy(never::unused_permits_say_nothing).isInstanceOf(AssertionError.class);
    assertThatThrownBy(never::open_it_lets_nothing_through_and_says_until_when)
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(never::forced_open_it_lets_nothing_through_until_it_is_released)
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void one_that_never_closes_is_found_out() {
    BreakerContract never = contract(Breaker.State.OPEN);

    assertThatThrownBy(never::closed_it_lets_all_through).isInstanceOf(AssertionError.class);
    assertThatThrownBy(never::a_few_failures_among_successes_do_not_open_it)
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(never::canaries_that_succeed_close_it).isInstanceOf(AssertionError.class);
    assertThatThrownBy(never::canaries_that_fail_open_it_again).isInstanceOf(AssertionError.class);
    assertThatThrownBy(never::an_unused_canary_leaves_its_place_to_another)
        .isInstanceOf(AssertionError.class);
  }
}
