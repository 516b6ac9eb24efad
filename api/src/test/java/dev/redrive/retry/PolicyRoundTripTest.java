// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyRoundTripTest {

  static List<RetryPolicy> policies() {
    return List.of(
        RetryPolicy.defaults(),
        RetryPolicy.builder()
            .backoff(Backoff.fixed(Duration.ZERO))
            .jitter(Jitter.none())
            .attempts(1)
            .retryAfterMax(Duration.ZERO)
            .build(),
        RetryPolicy.builder()
            .backoff(Backoff.list(ofSeconds(1), ofMillis(1_500), ofDays(7)))
            .jitter(Jitter.additive(ofMillis(250)))
            .attempts(10_000)
            .build(),
        RetryPolicy.builder()
            .backoff(Backoff.linear(ofSeconds(1), Duration.ZERO, ofMinutes(2)))
            .jitter(Jitter.additive())
            .build(),
        RetryPolicy.builder()
            .backoff(Backoff.exponential(Duration.ofNanos(1), Backoff.DELAY_MAX, 1.1))
            .jitter(Jitter.decorrelated())
            .build(),
        RetryPolicy.builder()
            .jitter(Jitter.equal())
            .on(IOException.class)
            .retry()
            .on(InnerException.class)
            .backoff(Backoff.list(ofSeconds(9)))
            .jitter(Jitter.none())
            .attempts(3)
            .onStatus(409)
            .deadLetter()
            .onStatus(500, 599)
            .retryAfter()
            .onStatus(500, 501)
            .discard()
            .onSqlState("40001")
            .hold("busy")
            .onSqlState("08")
            .hold("down", ofMinutes(1))
            .build());
  }

  @ParameterizedTest
  @MethodSource("policies")
  void policy_that_is_written_is_read_back_as_its_equal(RetryPolicy policy) {
    RetryPolicy read = RetryPolicy.parse(policy.toMap());

    assertThat(read).isEqualTo(policy).hasSameHashCodeAs(policy);
    assertThat(read.toMap()).isEqualTo(policy.toMap());
    SplittableRandom one = new SplittableRandom(1);
    SplittableRandom other = new SplittableRandom(1);
    for (Throwable cause : List.of(new IOException(), Failures.status(503), new Error())) {
      assertThat(read.decide(Failures.of(cause), one))
          .isEqualTo(policy.decide(Failures.of(cause), other));
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void what_is_written_is_plain_data(RetryPolicy policy) {
    List<Object> open = new ArrayList<>(List.of(policy.toMap()));
    while (!open.isEmpty()) {
      Object value = open.remove(open.size() - 1);
      if (value instanceof Map<?, ?> map) {
        assertThat(map.keySet()).allMatch(String.class::isInstance);
        open.addAll(map.values());
      } else if (value instanceof List<?> list) {
        open.addAll(list);
      } else {
        assertThat(value).isInstanceOfAny(String.class, Integer.class, Double.class);
      }
    }
  }

  @Test
  void written_form_is_that_of_the_documentation() {
    RetryPolicy policy = RetryPolicy.builder().onStatus(409).deadLetter().build();

    assertThat(policy.toMap().toString())
        .isEqualTo(
            "{backoff=exponential, first=1s, max=5m, factor=2, jitter=full, attempts=8,"
                + " retryAfterMax=1h, rules=[{status=409, then=deadLetter}]}");
  }

  @Test
  void code_cannot_be_written() {
    RetryPolicy predicate =
        RetryPolicy.builder().on(IOException.class, e -> true).deadLetter().build();
    RetryPolicy own = RetryPolicy.builder().backoff(attempt -> ofSeconds(attempt)).build();

    assertThatThrownBy(predicate::toMap)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("rules[0]: exception java.io.IOException and a test")
        .hasMessageContaining("predicate");
    assertThatThrownBy(own::toMap)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("own backoff");
  }

  private static final class InnerException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
