// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static dev.redrive.retry.Failures.decide;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.EOFException;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.ConnectException;
import java.net.MalformedURLException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTransientConnectionException;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DefaultRulesTest {

  static Stream<Arguments> transientFailures() {
    return Stream.of(
        arguments(new IOException(), "i/o"),
        arguments(new ConnectException(), "i/o"),
        arguments(new SocketTimeoutException(), "i/o"),
        arguments(new HttpTimeoutException("30s"), "i/o"),
        arguments(new UnknownHostException("db"), "i/o"),
        arguments(new EOFException(), "i/o"),
        arguments(new UnresolvedAddressException(), "i/o"),
        arguments(new UncheckedIOException(new IOException()), "i/o"),
        arguments(new CompletionException(new ExecutionException(new IOException())), "i/o"),
        arguments(new InvocationTargetException(new IOException()), "i/o"),
        arguments(new TimeoutException(), "timeout"),
        arguments(new SQLTransientConnectionException(), "sql"),
        arguments(new SQLRecoverableException(), "sql"),
        arguments(new SQLNonTransientConnectionException(), "sql"),
        arguments(new OutOfMemoryError(), "error"),
        arguments(new StackOverflowError(), "error"),
        arguments(new ExceptionInInitializerError(new NullPointerException()), "error"),
        arguments(new IllegalStateException("warming up"), "unknown"),
        arguments(new Exception("?"), "unknown"),
        arguments(new SQLException("lock wait timeout", "HY000"), "unknown"),
        arguments(Failures.status(302), "unknown"));
  }

  @ParameterizedTest
  @MethodSource("transientFailures")
  void transient_failure_is_retried(Throwable cause, String rule) {
    Verdict verdict = decide(RetryPolicy.defaults(), cause);

    assertThat(verdict).isInstanceOf(Verdict.Retry.class);
    assertThat(verdict.rule()).isEqualTo("default: " + rule);
  }

  static Stream<Arguments> permanentFailures() {
    return Stream.of(
        arguments(new IllegalArgumentException(), "bad argument"),
        arguments(new NumberFormatException(), "bad argument"),
        arguments(new NullPointerException(), "programming error"),
        arguments(new ClassCastException(), "programming error"),
        arguments(new UnsupportedOperationException(), "programming error"),
        arguments(new ArrayIndexOutOfBoundsException(), "programming error"),
        arguments(new ArithmeticException("/ by zero"), "programming error"),
        arguments(new DateTimeParseException("no date", "x", 0), "bad data"),
        arguments(new MalformedURLException(), "bad data"),
        arguments(new MalformedInputException(1), "bad data"),
        arguments(new NotSerializableException(), "bad data"),
        arguments(new SQLSyntaxErrorException(), "sql"),
        arguments(new SQLIntegrityConstraintViolationException(), "sql"),
        arguments(new RuntimeException(new IllegalArgumentException()), "bad argument"),
        arguments(new IllegalArgumentException(new IOException()), "bad argument"));
  }

  @ParameterizedTest
  @MethodSource("permanentFailures")
  void permanent_failure_is_dead_at_once(Throwable cause, String rule) {
    assertThat(decide(RetryPolicy.defaults(), cause))
        .isEqualTo(new Verdict.DeadLetter(Reason.NOT_RETRYABLE, "default: " + rule));
  }

  @ParameterizedTest
  @CsvSource({
    "408, true, status 408",
    "425, true, status 425",
    "429, true, status 429",
    "500, true, status 5xx",
    "501, true, status 5xx",
    "503, true, status 5xx",
    "599, true, status 5xx",
    "400, false, status 4xx",
    "401, false, status 4xx",
    "404, false, status 4xx",
    "409, false, status 4xx",
    "422, false, status 4xx",
    "499, false, status 4xx",
  })
  void http_status_tells_transient_from_permanent(int status, boolean isRetried, String rule) {
    Verdict verdict =
        decide(RetryPolicy.defaults(), new CompletionException(Failures.status(status)));

    assertThat(verdict instanceof Verdict.Retry).isEqualTo(isRetried);
    assertThat(verdict instanceof Verdict.DeadLetter).isEqualTo(!isRetried);
    assertThat(verdict.rule()).isEqualTo("default: " + rule);
  }

  @Test
  void receiver_that_is_gone_holds_its_queue() {
    assertThat(decide(RetryPolicy.defaults(), Failures.status(410)))
        .isEqualTo(new Verdict.Hold("gone", Optional.empty(), "default: status 410"));
  }

  @ParameterizedTest
  @CsvSource({
    "08006, true, 08",
    "08P01, true, 08",
    "40001, true, 40001",
    "40P01, true, 40P01",
    "57P01, true, 57P0",
    "57P03, true, 57P0",
    "53300, true, 53",
    "55P03, true, 55P03",
    "22001, false, 22",
    "23505, false, 23",
    "42601, false, 42",
  })
  void sql_state_tells_transient_from_permanent(String state, boolean isRetried, String rule) {
    Verdict verdict =
        decide(
            RetryPolicy.defaults(), new IllegalStateException(new SQLException("failed", state)));

    assertThat(verdict instanceof Verdict.Retry).isEqualTo(isRetried);
    assertThat(verdict instanceof Verdict.DeadLetter).isEqualTo(!isRetried);
    assertThat(verdict.rule()).isEqualTo("default: sqlState " + rule);
  }

  @Test
  void sql_state_goes_before_the_class_of_the_sql_exception() {
    assertThat(
            decide(RetryPolicy.defaults(), new SQLSyntaxErrorException("too many users", "08004")))
        .isInstanceOf(Verdict.Retry.class);
  }

  @Test
  void validation_and_decoding_failures_of_libraries_are_known_by_name(@TempDir Path folder)
      throws Exception {
    RuntimeException violation =
        ForeignException.compile(folder, "jakarta.validation", "ConstraintViolationException");
    RuntimeException syntax =
        ForeignException.compile(folder, "com.google.gson", "JsonSyntaxException");
    RuntimeException own =
        ForeignException.compile(folder, "com.example", "ConstraintViolationException");

    assertThat(decide(RetryPolicy.defaults(), violation))
        .isEqualTo(new Verdict.DeadLetter(Reason.NOT_RETRYABLE, "default: bad data"));
    assertThat(decide(RetryPolicy.defaults(), syntax))
        .isEqualTo(new Verdict.DeadLetter(Reason.NOT_RETRYABLE, "default: bad data"));
    assertThat(decide(RetryPolicy.defaults(), own).rule()).isEqualTo("default: unknown");
  }
}
