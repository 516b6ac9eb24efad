// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PreviewTest {

  @Test
  void delays_and_their_sums_are_listed() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.exponential(ofSeconds(1), ofSeconds(3)))
            .jitter(Jitter.equal())
            .attempts(4)
            .build();

    assertThat(policy.preview().steps())
        .containsExactly(
            new Step(2, Duration.ofMillis(500), ofSeconds(1), Duration.ofMillis(500), ofSeconds(1)),
            new Step(3, ofSeconds(1), ofSeconds(2), Duration.ofMillis(1_500), ofSeconds(3)),
            new Step(4, Duration.ofMillis(1_500), ofSeconds(3), ofSeconds(3), ofSeconds(6)));
  }

  @Test
  void table_can_be_read() {
    assertThat(RetryPolicy.builder().attempts(3).build().preview())
        .hasToString(
            """
            attempt  after                 since the first failure
                  1  -                     -
                  2  0s to 1s              0s to 1s
                  3  0s to 2s              0s to 3s
            """);
    assertThat(new Step(3, ZERO, ofSeconds(2), ZERO, ofSeconds(3)))
        .hasToString("attempt 3 after 0s to 2s, 0s to 3s since the first failure");
  }

  @Test
  void single_attempt_has_no_steps() {
    assertThat(RetryPolicy.builder().attempts(1).build().preview().steps()).isEmpty();
  }

  @Test
  void long_preview_is_complete_and_its_table_short() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.fixed(ofMinutes(1)))
            .jitter(Jitter.none())
            .attempts(10_000)
            .build();
    Preview preview = policy.preview();

    assertThat(preview.steps()).hasSize(9_999);
    assertThat(preview.steps().get(9_998).cumulativeLatest()).isEqualTo(ofMinutes(9_999));
    assertThat(preview.toString().lines()).hasSizeLessThan(60).last().asString().contains("10000");
  }

  @Test
  void what_is_drawn_is_within_what_is_previewed() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.exponential(ofSeconds(1), ofMinutes(5)))
            .jitter(Jitter.decorrelated())
            .build();
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 500; i++) {
      Duration previous = ZERO;
      for (Step step : policy.preview().steps()) {
        Failure failure =
            Failures.of(step.attempt() - 1, new Exception()).withPreviousDelay(previous);
        previous = Failures.delay(policy.decide(failure, random));
        assertThat(previous).isBetween(step.earliest(), step.latest());
      }
    }
  }
}
