// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Breaker.State;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What a circuit breaker must do. A breaker is one when it passes all of these: a test class
 * extends this one and says what it is, and how its time passes.
 */
public abstract class BreakerContract {
  private static final Duration TOOK = Duration.ofMillis(5);
  private static final Candidate CANDIDATE =
      new Candidate("orders", "a", Optional.empty(), 1, Map.of());

  private final VirtualTime time = new VirtualTime();

  /** For the classes that extend it. */
  protected BreakerContract() {}

  /** The time of the breakers that this contract makes. */
  protected GateTime time() {
    return new GateTime(time, time::nanoTime);
  }

  /** Lets so much of that time pass. */
  protected void pass(Duration by) {
    time.advance(by);
  }

  /**
   * A closed breaker that opens when half of the last ten calls failed, for {@link #openFor}, and
   * then longer.
   */
  protected abstract Breaker breaker();

  /** For how long it opens first. */
  protected Duration openFor() {
    return Duration.ofSeconds(5);
  }

  /** How many canaries it lets through. */
  protected abstract int canaries();

  private static IOException down() {
    return new IOException("planned");
  }

  private static Optional<Permit> ask(Breaker breaker) {
    return breaker.ask(CANDIDATE) instanceof Answer.Pass pass
        ? Optional.of(pass.permit())
        : Optional.empty();
  }

  private static Permit passing(Breaker breaker) {
    return ask(breaker).orElseThrow(() -> new AssertionError("it does not pass: " + breaker));
  }

  private static Answer.Wait refused(Breaker breaker) {
    Answer answer = breaker.ask(CANDIDATE);
    assertThat(answer).isInstanceOf(Answer.Wait.class);
    return (Answer.Wait) answer;
  }

  private Breaker opened() {
    Breaker breaker = breaker();
    fail(breaker, 10);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
    return breaker;
  }

  /** Calls fail as long as it lets them through, but so many at most. */
  private static void fail(Breaker breaker, int most) {
    for (int i = 0; i < most; i++) {
      ask(breaker).ifPresent(permit -> permit.failed(down(), TOOK));
    }
  }

  private List<Permit> halfOpened(Breaker breaker) {
    pass(refused(breaker).time());
    List<Permit> canaries = new ArrayList<>();
    for (int i = 0; i < canaries(); i++) {
      canaries.add(passing(breaker));
    }
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    return canaries;
  }

  @Test
  void closed_it_lets_all_through() {
    Breaker breaker = breaker();
    for (int i = 0; i < 100; i++) {
      passing(breaker).succeeded(TOOK);
    }

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    assertThat(breaker.status().state()).isEqualTo(GateStatus.State.PASSING);
    assertThat(breaker.name()).isNotBlank();
  }

  @Test
  void a_few_failures_among_successes_do_not_open_it() {
    Breaker breaker = breaker();
    for (int i = 0; i < 100; i++) {
      passing(breaker).succeeded(TOOK);
      passing(breaker).succeeded(TOOK);
      passing(breaker).failed(down(), TOOK);
    }

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void unused_permits_say_nothing() {
    Breaker breaker = breaker();
    for (int i = 0; i < 100; i++) {
      passing(breaker).unused();
    }
    fail(breaker, 9);

    assertThat(breaker.state()).as("nine calls are too few").isEqualTo(State.CLOSED);
    fail(breaker, 1);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  @Test
  void open_it_lets_nothing_through_and_says_until_when() {
    Breaker breaker = opened();

    Duration wait = refused(breaker).time();
    assertThat(wait).isLessThanOrEqualTo(openFor()).isGreaterThan(openFor().dividedBy(2));
    assertThat(refused(breaker).reach()).isEqualTo(Answer.Reach.QUEUE);
    assertThat(breaker.status().state()).isEqualTo(GateStatus.State.HOLDING);
    pass(wait.dividedBy(2));
    refused(breaker);
  }

  @Test
  void half_open_it_lets_as_many_canaries_through_as_it_was_told_to() {
    Breaker breaker = opened();
    halfOpened(breaker);

    for (int i = 0; i < 10; i++) {
      refused(breaker);
    }
    assertThat(breaker.status().state()).isEqualTo(GateStatus.State.LIMITING);
  }

  @Test
  void canaries_that_succeed_close_it() {
    Breaker breaker = opened();
    halfOpened(breaker).forEach(permit -> permit.succeeded(TOOK));

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    passing(breaker).succeeded(TOOK);
  }

  @Test
  void canaries_that_fail_open_it_again() {
    Breaker breaker = opened();
    halfOpened(breaker).forEach(permit -> permit.failed(down(), TOOK));

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(refused(breaker).time()).isGreaterThan(openFor().dividedBy(2));
  }

  @Test
  void an_unused_canary_leaves_its_place_to_another() {
    Breaker breaker = opened();
    List<Permit> canaries = halfOpened(breaker);
    for (int i = 0; i < 5; i++) {
      refused(breaker);
    }

    canaries.forEach(Permit::unused);
    for (int i = 0; i < canaries(); i++) {
      passing(breaker).succeeded(TOOK);
    }

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void what_began_before_it_opened_does_not_count_for_the_canaries() {
    Breaker breaker = breaker();
    List<Permit> old = new ArrayList<>();
    for (int i = 0; i < 2 * canaries(); i++) {
      old.add(passing(breaker));
    }
    fail(breaker, 10);
    List<Permit> canaries = halfOpened(breaker);

    for (int i = 0; i < canaries(); i++) {
      old.get(i).succeeded(TOOK);
    }
    assertThat(breaker.state()).as("after old successes").isEqualTo(State.HALF_OPEN);
    for (int i = canaries(); i < old.size(); i++) {
      old.get(i).failed(down(), TOOK);
    }
    assertThat(breaker.state()).as("after old failures").isEqualTo(State.HALF_OPEN);
    canaries.forEach(permit -> permit.succeeded(TOOK));
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void forced_open_it_lets_nothing_through_until_it_is_released() {
    Breaker breaker = breaker();
    breaker.force(true);

    refused(breaker);
    pass(openFor().multipliedBy(10));
    refused(breaker);
    assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
    breaker.release();
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    passing(breaker).succeeded(TOOK);
  }

  @Test
  void forced_closed_it_lets_all_through_whatever_fails() {
    Breaker breaker = opened();
    breaker.force(false);
    for (int i = 0; i < 50; i++) {
      passing(breaker).failed(down(), TOOK);
    }

    assertThat(breaker.state()).isEqualTo(State.FORCED_CLOSED);
    breaker.release();
    fail(breaker, 9);
    assertThat(breaker.state()).as("it knows nothing of before").isEqualTo(State.CLOSED);
    fail(breaker, 1);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  @Test
  void a_release_of_what_nobody_forced_changes_nothing() {
    Breaker breaker = opened();
    breaker.release();

    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }
}
