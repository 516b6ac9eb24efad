// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds docs/concepts/retry-policies.md to what the code does. */
class DocumentedPolicyTest {

  private final RetryPolicy policy =
      RetryPolicy.builder()
          .backoff(Backoff.exponential(Duration.ofSeconds(1), Duration.ofMinutes(5)))
          .jitter(Jitter.full())
          .attempts(8)
          .onStatus(409)
          .deadLetter()
          .onStatus(429)
          .retryAfter()
          .onStatus(500, 599)
          .retry()
          .attempts(20)
          .onSqlState("23503")
          .retry()
          .on(UnknownHostException.class)
          .hold("DNS is down", Duration.ofMinutes(1))
          .on(IOException.class)
          .backoff(Backoff.fixed(Duration.ofSeconds(30)))
          .jitter(Jitter.none())
          .attempts(5)
          .on(DuplicateOrderException.class)
          .discard()
          .build();

  @Test
  void configuration_says_the_same_as_the_builder() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("backoff", "exponential");
    config.put("first", "1s");
    config.put("max", "5m");
    config.put("jitter", "full");
    config.put("attempts", 8);
    config.put(
        "rules",
        List.of(
            Map.of("status", 409, "then", "deadLetter"),
            Map.of("status", 429, "then", "retryAfter"),
            Map.of("status", "5xx", "then", "retry", "attempts", 20),
            Map.of("sqlState", "23503", "then", "retry"),
            Map.of(
                "exception",
                "java.net.UnknownHostException",
                "then",
                "hold",
                "why",
                "DNS is down",
                "time",
                "1m"),
            Map.of(
                "exception",
                "java.io.IOException",
                "then",
                "retry",
                "backoff",
                "fixed",
                "first",
                "30s",
                "jitter",
                "none",
                "attempts",
                5),
            Map.of("exception", DuplicateOrderException.class.getName(), "then", "discard")));

    assertThat(RetryPolicy.parse(config)).isEqualTo(policy);
  }

  @Test
  void preview_is_as_printed() throws Exception {
    assertThat(page()).contains(RetryPolicy.defaults().preview().toString());
  }

  @Test
  void explanation_is_as_printed() throws Exception {
    Failure failure =
        Failures.of(3, new IllegalStateException("order 17 not sent", new ConnectException()));

    assertThat(page()).contains("\n" + policy.explain(failure) + "\n");
  }

  @Test
  void simulation_is_as_printed() throws Exception {
    String table = RetryPolicy.defaults().simulate(Duration.ofMinutes(10), 200).toString();

    assertThat(page()).contains("\n" + table.lines().findFirst().orElseThrow() + "\n");
  }

  @Test
  void mistakes_are_as_printed() throws Exception {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("jiter", "full");
    config.put("first", 10);
    config.put("rules", List.of(Map.of("status", 409, "then", "deadleter")));
    InvalidPolicyException e =
        catchThrowableOfType(InvalidPolicyException.class, () -> RetryPolicy.parse(config));

    assertThat(page()).contains("\n" + e.getMessage() + "\n");
  }

  private static String page() throws IOException {
    Path page = Path.of("docs", "concepts", "retry-policies.md");
    Path fromModule = Path.of("..").resolve(page);
    return Files.readString(Files.exists(fromModule) ? fromModule : page);
  }

  private static final class DuplicateOrderException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
