// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.resilience4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateTime;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class Resilience4jBreakersTest {
  private static final Candidate CANDIDATE =
      new Candidate("orders", "a", Optional.empty(), 1, Map.of());
  private static final int CALLERS = 4;
  private static final int ROUNDS = 1_000;

  private final VirtualTime time = new VirtualTime();

  /** Fails all calls that it lets through, and says how long it waits then. */
  private static Duration failed(Breaker breaker) {
    for (int i = 0; i < 100; i++) {
      Answer answer = breaker.ask(CANDIDATE);
      if (answer instanceof Answer.Wait wait) {
        return wait.time();
      }
      ((Answer.Pass) answer).permit().failed(new IOException("planned"), Duration.ofMillis(1));
    }
    throw new AssertionError("it never opened");
  }

  @Test
  void each_time_the_canaries_fail_it_stays_open_for_twice_as_long_up_to_the_most() {
    Breaker breaker =
        Resilience4jBreakers.builder()
            .openFor(Duration.ofSeconds(4))
            .openForMax(Duration.ofSeconds(10))
            .build()
            .create("psp", new GateTime(time, time::nanoTime));

    for (int seconds : new int[] {4, 8, 10, 10}) {
      assertThat(failed(breaker)).isEqualTo(Duration.ofSeconds(seconds));
      time.advance(Duration.ofSeconds(seconds));
    }
  }

  @Test
  void no_canary_is_forgotten_when_several_ask_at_once() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        Breaker breaker =
            Resilience4jBreakers.builder()
                .build()
                .create("psp", new GateTime(time, time::nanoTime));
        time.advance(failed(breaker));
        CyclicBarrier start = new CyclicBarrier(CALLERS);

        List<Future<Answer>> answers =
            callers.invokeAll(
                Collections.nCopies(
                    CALLERS,
                    () -> {
                      start.await();
                      return breaker.ask(CANDIDATE);
                    }));

        for (Future<Answer> answer : answers) {
          if (answer.get() instanceof Answer.Pass pass) {
            pass.permit().succeeded(Duration.ofMillis(1));
          }
        }
        assertThat(breaker.state()).as("round %s", round).isEqualTo(Breaker.State.CLOSED);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void those_of_the_same_settings_are_equal() {
    assertThat(Resilience4jBreakers.builder().build())
        .isEqualTo(Resilience4jBreakers.builder().build())
        .hasSameHashCodeAs(Resilience4jBreakers.builder().build())
        .isNotEqualTo(Resilience4jBreakers.builder().canaries(2).build());
  }

  @Test
  void a_clock_that_is_set_changes_nothing() {
    Breaker breaker =
        Resilience4jBreakers.builder().build().create("psp", new GateTime(time, time::nanoTime));
    Duration wait = failed(breaker);

    time.shift(Duration.ofDays(1));
    assertThat(breaker.ask(CANDIDATE)).isInstanceOf(Answer.Wait.class);
    time.shift(Duration.ofDays(-2));
    time.advance(wait);

    assertThat(breaker.ask(CANDIDATE)).isInstanceOf(Answer.Pass.class);
  }

  @Test
  void slow_calls_that_succeed_do_not_open_it() {
    Breaker breaker =
        Resilience4jBreakers.builder().build().create("psp", new GateTime(time, time::nanoTime));
    for (int i = 0; i < 100; i++) {
      ((Answer.Pass) breaker.ask(CANDIDATE)).permit().succeeded(Duration.ofHours(20));
    }

    assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void all_mistakes_are_told_at_once() {
    assertThatThrownBy(
            () ->
                Resilience4jBreakers.builder()
                    .failureRate(0)
                    .window(0)
                    .openFor(Duration.ZERO)
                    .canaries(0)
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("failureRate")
        .hasMessageContaining("window")
        .hasMessageContaining("minimumCalls")
        .hasMessageContaining("openFor")
        .hasMessageContaining("canaries");
  }
}
