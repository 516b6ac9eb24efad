// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class FailureTest {

  @Test
  void status_is_found_behind_other_exceptions() {
    Failure failure = Failures.of(new CompletionException(new IOException(Failures.status(503))));

    assertThat(failure.httpStatus()).hasValue(503);
  }

  @Test
  void status_nearest_to_the_top_counts() {
    HttpStatusException top = Failures.status(502);
    top.initCause(Failures.status(404));

    assertThat(Failures.of(top).httpStatus()).hasValue(502);
  }

  @Test
  void failure_without_an_http_answer_has_neither_status_nor_retry_after() {
    Failure failure = Failures.of(new IOException("reset"));

    assertThat(failure.httpStatus()).isEmpty();
    assertThat(failure.retryAfter()).isEmpty();
    assertThat(failure.sqlState()).isEmpty();
  }

  @Test
  void sql_exception_without_a_state_does_not_hide_the_one_below() {
    SQLException top = new SQLException("pool gave up");
    top.initCause(new SQLException("deadlock", "40P01"));

    assertThat(Failures.of(new IllegalStateException(top)).sqlState()).contains("40P01");
  }

  @Test
  void retry_after_of_the_handler_goes_before_that_of_the_server() {
    HttpStatusException server = Failures.status(429, Duration.ofSeconds(5));

    assertThat(Failures.of(new RuntimeException(server)).retryAfter())
        .contains(Duration.ofSeconds(5));
    assertThat(
            Failures.of(new RetryAfterException(Duration.ofMinutes(2), "busy", server))
                .retryAfter())
        .contains(Duration.ofMinutes(2));
  }

  @Test
  void answer_without_retry_after_does_not_hide_the_one_below() {
    HttpStatusException top = Failures.status(503);
    top.initCause(Failures.status(503, Duration.ofSeconds(9)));

    assertThat(Failures.of(top).retryAfter()).contains(Duration.ofSeconds(9));
  }

  @Test
  void absurd_retry_after_is_bounded() {
    assertThat(Failures.of(Failures.status(503, Duration.ofSeconds(-5))).retryAfter())
        .contains(Duration.ZERO);
    assertThat(Failures.of(Failures.status(503, Duration.ofSeconds(Long.MAX_VALUE))).retryAfter())
        .contains(Backoff.DELAY_MAX);
  }

  @Test
  void chain_that_bites_its_own_tail_ends() {
    Exception one = new IllegalStateException("one");
    Exception two = new IllegalStateException("two", one);
    one.initCause(two);

    assertThat(Causes.of(one).chain()).containsExactly(one, two);
    assertThat(Failures.of(one).httpStatus()).isEmpty();
  }

  @Test
  void endless_chain_is_cut() {
    assertThat(Causes.of(new EndlessException()).chain()).hasSize(Causes.DEPTH_MAX);
  }

  @Test
  void attempt_and_delay_out_of_bounds_are_refused() {
    Exception cause = new IOException();

    assertThatThrownBy(() -> Failures.of(0, cause))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("count from 1");
    assertThatThrownBy(() -> Failures.of(cause).withPreviousDelay(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("previousDelay");
  }

  @Test
  void status_that_is_none_is_refused() {
    assertThatThrownBy(() -> Failures.status(42)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withers_change_one_thing() {
    Instant deadline = Failures.AT.plusSeconds(60);
    Failure failure =
        Failures.of(3, new IOException())
            .withDeadline(deadline)
            .withPreviousDelay(Duration.ofSeconds(2));

    assertThat(failure.attempt()).isEqualTo(3);
    assertThat(failure.deadline()).contains(deadline);
    assertThat(failure.previousDelay()).isEqualTo(Duration.ofSeconds(2));
    assertThat(failure.at()).isEqualTo(Failures.AT);
  }

  private static final class EndlessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable getCause() {
      return new EndlessException();
    }
  }
}
