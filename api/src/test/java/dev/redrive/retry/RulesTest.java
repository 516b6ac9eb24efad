// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static dev.redrive.retry.Failures.decide;
import static dev.redrive.retry.Failures.delay;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class RulesTest {

  @Test
  void first_rule_that_matches_fires() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .on(ConnectException.class)
            .deadLetter()
            .on(IOException.class)
            .discard()
            .on(SocketException.class)
            .hold("never reached")
            .build();

    assertThat(decide(policy, new ConnectException()))
        .isEqualTo(
            new Verdict.DeadLetter(
                Reason.NOT_RETRYABLE, "rules[0]: exception java.net.ConnectException"));
    assertThat(decide(policy, new SocketException()))
        .isEqualTo(new Verdict.Discard("rules[1]: exception java.io.IOException"));
  }

  @Test
  void rules_go_before_the_defaults() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .on(IllegalArgumentException.class)
            .retry()
            .onStatus(500, 599)
            .deadLetter()
            .onStatus(410)
            .discard()
            .build();

    assertThat(decide(policy, new NumberFormatException())).isInstanceOf(Verdict.Retry.class);
    assertThat(decide(policy, Failures.status(503)).rule()).isEqualTo("rules[1]: status 5xx");
    assertThat(decide(policy, Failures.status(410))).isInstanceOf(Verdict.Discard.class);
  }

  @Test
  void class_is_found_anywhere_in_the_chain_of_causes() {
    RetryPolicy policy = RetryPolicy.builder().on(FileNotFoundException.class).deadLetter().build();
    Throwable deep =
        new CompletionException(new IllegalStateException(new FileNotFoundException("a.txt")));

    assertThat(decide(policy, deep).rule()).startsWith("rules[0]");
    assertThat(decide(policy, new CompletionException(new IOException())).rule())
        .isEqualTo("default: i/o");
  }

  @Test
  void status_range_includes_both_ends() {
    RetryPolicy policy = RetryPolicy.builder().onStatus(500, 502).deadLetter().build();

    for (int status = 500; status <= 502; status++) {
      assertThat(decide(policy, Failures.status(status)).rule())
          .isEqualTo("rules[0]: status 500-502");
    }
    assertThat(decide(policy, Failures.status(499)).rule()).startsWith("default");
    assertThat(decide(policy, Failures.status(503)).rule()).startsWith("default");
  }

  @Test
  void sql_state_is_whole_or_the_beginning_of_many() {
    RetryPolicy policy =
        RetryPolicy.builder().onSqlState("23503").retry().onSqlState("08").deadLetter().build();

    assertThat(decide(policy, new SQLException("fk", "23503"))).isInstanceOf(Verdict.Retry.class);
    assertThat(decide(policy, new SQLException("unique", "23505")))
        .isEqualTo(new Verdict.DeadLetter(Reason.NOT_RETRYABLE, "default: sqlState 23"));
    assertThat(decide(policy, new SQLException("gone", "08006")).rule())
        .isEqualTo("rules[1]: sqlState 08");
  }

  @Test
  void predicate_is_asked_about_every_exception_of_the_type() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .on(IOException.class, e -> "disk full".equals(e.getMessage()))
            .hold("disk full", ofMinutes(1))
            .build();
    Throwable nested = new IOException("outer", new IOException("disk full"));

    assertThat(decide(policy, nested))
        .isEqualTo(
            new Verdict.Hold(
                "disk full",
                Optional.of(ofMinutes(1)),
                "rules[0]: exception java.io.IOException and a test"));
    assertThat(decide(policy, new IOException("other")).rule()).isEqualTo("default: i/o");
  }

  @Test
  void rule_has_its_own_delays_and_attempts() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .attempts(8)
            .on(ConnectException.class)
            .backoff(Backoff.fixed(ofSeconds(30)))
            .jitter(Jitter.none())
            .attempts(3)
            .on(SocketException.class)
            .attempts(20)
            .build();

    assertThat(delay(decide(policy, new ConnectException()))).isEqualTo(ofSeconds(30));
    assertThat(decide(policy, Failures.of(3, new ConnectException())))
        .isInstanceOf(Verdict.DeadLetter.class);
    assertThat(decide(policy, Failures.of(19, new SocketException())))
        .isInstanceOf(Verdict.Retry.class);
    assertThat(decide(policy, Failures.of(8, new IOException())))
        .isInstanceOf(Verdict.DeadLetter.class);
  }

  @Test
  void handler_rejects_its_message() {
    assertThat(decide(RetryPolicy.defaults(), new RejectedException("order has no lines")))
        .isEqualTo(new Verdict.DeadLetter(Reason.REJECTED, "handler: RejectedException"));
  }

  @Test
  void handler_asks_for_a_later_attempt_which_no_maximum_cuts() {
    RetryPolicy policy = RetryPolicy.builder().jitter(Jitter.none()).build();
    RetryAfterException later = new RetryAfterException(Duration.ofHours(3), "nightly batch");

    assertThat(decide(policy, later))
        .isEqualTo(new Verdict.Retry(Duration.ofHours(3), "handler: RetryAfterException"));
    assertThat(decide(policy, Failures.of(8, later)))
        .isEqualTo(
            new Verdict.DeadLetter(Reason.ATTEMPTS_EXHAUSTED, "handler: RetryAfterException"));
  }

  @Test
  void handler_holds_its_queue() {
    HoldException hold = new HoldException("bank is closed", Optional.of(ofMinutes(10)));

    assertThat(decide(RetryPolicy.defaults(), hold))
        .isEqualTo(
            new Verdict.Hold(
                "bank is closed", Optional.of(ofMinutes(10)), "handler: HoldException"));
    assertThat(decide(RetryPolicy.defaults(), new HoldException("closed")))
        .isEqualTo(new Verdict.Hold("closed", Optional.empty(), "handler: HoldException"));
  }

  @Test
  void what_the_handler_said_is_found_behind_wrappers() {
    Throwable wrapped = new CompletionException(new RejectedException("no"));

    assertThat(decide(RetryPolicy.defaults(), wrapped).rule())
        .isEqualTo("handler: RejectedException");
  }

  @Test
  void broad_rule_does_not_overrule_the_handler() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .on(Throwable.class)
            .retry()
            .onStatus(409)
            .discard()
            .on(RuntimeException.class)
            .retry()
            .build();
    Throwable rejected = new RejectedException("duplicate", Failures.status(409));

    assertThat(decide(policy, rejected))
        .isEqualTo(new Verdict.DeadLetter(Reason.REJECTED, "handler: RejectedException"));
  }

  @Test
  void rule_that_names_the_handlers_exception_does_overrule_it() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .on(RejectedException.class)
            .discard()
            .on(VerdictException.class)
            .retry()
            .build();

    assertThat(decide(policy, new RejectedException("no"))).isInstanceOf(Verdict.Discard.class);
    assertThat(decide(policy, new HoldException("no"))).isInstanceOf(Verdict.Retry.class);
  }
}
