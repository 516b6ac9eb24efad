// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Event;
import dev.redrive.retry.Reason;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FailureWindowTest {
  private Instant now = Instant.parse("2026-11-20T12:00:00Z");
  private final FailureWindow window = new FailureWindow(() -> now);

  private void succeed() {
    window.on(new Event.Succeeded("q", now, "a", 1, Duration.ZERO));
  }

  private void retry() {
    window.on(new Event.Retried("q", now, "a", 1, Duration.ZERO, now, "x"));
  }

  private void die(Reason reason) {
    window.on(new Event.Died("q", now, "a", 1, reason, "x"));
  }

  @Test
  void none_ended_is_none_failed() {
    assertThat(window.rate()).isZero();
  }

  @Test
  void the_part_that_failed_is_told() {
    succeed();
    succeed();
    retry();
    die(Reason.NOT_RETRYABLE);

    assertThat(window.rate()).isEqualTo(0.5);
  }

  @Test
  void what_no_attempt_led_to_does_not_count() {
    succeed();
    die(Reason.EXPIRED);
    die(Reason.UNDECODABLE);
    die(Reason.OVERFLOW);
    window.on(new Event.Sent("q", now, "a", false));

    assertThat(window.rate()).isZero();
  }

  @Test
  void what_is_a_minute_old_is_forgotten() {
    retry();
    now = now.plusSeconds(59);
    succeed();
    assertThat(window.rate()).isEqualTo(0.5);

    now = now.plusSeconds(1);

    assertThat(window.rate()).isZero();
    now = now.plusSeconds(3_600);
    retry();
    assertThat(window.rate()).isEqualTo(1);
  }

  @Test
  void a_clock_that_goes_back_makes_no_nonsense() {
    retry();
    now = now.minusSeconds(3_600);

    assertThat(window.rate()).isZero();
    succeed();
    assertThat(window.rate()).isZero();
  }
}
