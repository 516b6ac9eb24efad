// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FailureTextTest {
  private static final int FULL_MAX = 4_000;
  private static final int BRIEF_MAX = 300;

  private static String kind(String message) {
    return FailureText.fingerprint(new IOException(message));
  }

  @Test
  void a_line_says_class_and_message() {
    assertThat(FailureText.brief(new IOException("connection reset")))
        .isEqualTo("IOException: connection reset");
    assertThat(FailureText.brief(new IOException())).isEqualTo("IOException");
    assertThat(FailureText.brief(new IOException(" "))).isEqualTo("IOException");
    assertThat(FailureText.brief(new IOException("x") {})).startsWith("FailureTextTest$");
  }

  @Test
  void the_whole_text_has_the_causes_and_where_they_came_from() {
    Throwable failure =
        new IllegalStateException("order failed", new IOException("connection reset"));

    assertThat(FailureText.full(failure))
        .startsWith("java.lang.IllegalStateException: order failed\n  at dev.redrive.core.")
        .contains("\ncaused by java.io.IOException: connection reset\n  at dev.redrive.core.");
  }

  @Test
  void both_are_bounded() {
    String endless = "x".repeat(100_000);
    Throwable failure = new IOException(endless);
    for (int i = 0; i < 100; i++) {
      failure = new IllegalStateException(i + endless, failure);
    }

    assertThat(FailureText.full(failure)).hasSizeLessThanOrEqualTo(FULL_MAX).endsWith("…");
    assertThat(FailureText.brief(failure)).hasSizeLessThanOrEqualTo(BRIEF_MAX).endsWith("…");
    assertThat(FailureText.fingerprint(failure)).hasSize(12);
  }

  @Test
  void causes_that_bite_their_tail_have_an_end() {
    Exception one = new Exception("one");
    Exception two = new Exception("two", one);
    one.initCause(two);

    assertThat(FailureText.full(one)).containsOnlyOnce(": one").containsOnlyOnce(": two");
    assertThat(FailureText.fingerprint(one)).hasSize(12);
    assertThat(Causes.unwrap(one)).isSameAs(one);
  }

  @Test
  void an_exception_that_cannot_speak_is_told_all_the_same() {
    Exception mute =
        new Exception() {
          @Override
          public String getMessage() {
            throw new IllegalStateException("planned");
          }

          @Override
          public String toString() {
            throw new StackOverflowError("planned");
          }
        };

    assertThat(FailureText.brief(mute)).contains("could not be read");
    assertThat(FailureText.full(mute)).contains("could not be read");
    assertThat(FailureText.fingerprint(mute)).hasSize(12);
    assertThat(FailureText.fingerprint(new RuntimeException("wrapped", mute))).hasSize(12);
  }

  @Test
  void what_no_store_could_keep_is_taken_out() {
    String half = "\ud83d";
    Throwable failure =
        new IOException("a\u0000b\r\nc\u001b[31m" + half + "d" + "😀".repeat(3_000));

    for (String text : List.of(FailureText.brief(failure), FailureText.full(failure))) {
      assertThat(text.chars().noneMatch(c -> c != '\n' && (c < ' ' || c == 0x7f))).isTrue();
      assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
          .isEqualTo(text);
      assertThat(text).doesNotContain(half + "d");
    }
    assertThat(FailureText.brief(failure)).doesNotContain("\n");
  }

  @Test
  void failures_that_differ_in_ids_and_numbers_are_of_one_kind() {
    assertThat(kind("order 17 not found")).isEqualTo(kind("order 4711 not found"));
    assertThat(kind("no user 'ann'")).isEqualTo(kind("no user 'bob'"));
    assertThat(kind("no user \"ann\"")).isEqualTo(kind("no user \"Bob the 2nd\""));
    assertThat(kind("id 0f8fad5b-d9cb-469f-a165-70867728950e gone"))
        .isEqualTo(kind("id 7c9e6679-7425-40de-944b-e07fc1f90ae7 gone"));
    assertThat(kind("message 01J9Z3ABCDEFGHJKMNPQRSTVWX failed"))
        .isEqualTo(kind("message 01J9Z4ZZZZFGHJKMNPQRSTVWX1 failed"));
    assertThat(kind("timed out after 30.5s at 10.0.0.1:80"))
        .isEqualTo(kind("timed out after 2.25s at 10.0.0.2:8080"));
  }

  @Test
  void failures_of_different_kinds_differ() {
    IOException reset = new IOException("connection reset");
    List<Throwable> kinds =
        List.of(
            new IOException("connection refused"),
            reset,
            new IllegalStateException("connection reset"),
            new RuntimeException(reset),
            new RuntimeException("payment failed", reset),
            new RuntimeException("mail failed", reset),
            new RuntimeException("mail failed"),
            new RuntimeException(),
            new IOException("order 17 not found"),
            new IOException("user 17 not found"));
    Set<String> fingerprints = new HashSet<>();

    kinds.forEach(kind -> fingerprints.add(FailureText.fingerprint(kind)));

    assertThat(fingerprints).hasSameSizeAs(kinds);
  }

  @Test
  void a_wrapper_that_repeats_its_causes_text_adds_nothing_of_its_own() {
    IOException cause = new IOException("order lost");

    assertThat(FailureText.fingerprint(new RuntimeException(cause)))
        .isEqualTo(FailureText.fingerprint(new RuntimeException("", cause)))
        .isNotEqualTo(FailureText.fingerprint(new RuntimeException("mail failed", cause)));
  }

  @Test
  void a_message_made_to_cost_time_costs_none() {
    String hostile = ("a-".repeat(200_000) + "'\"`").repeat(2);

    org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> kind(hostile));
  }

  @Test
  void wrappers_of_futures_are_looked_through() {
    IOException cause = new IOException("inner");
    Throwable wrapped =
        new java.util.concurrent.CompletionException(
            new java.util.concurrent.ExecutionException(cause));

    assertThat(Causes.unwrap(wrapped)).isSameAs(cause);
  }
}
