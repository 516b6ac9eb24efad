// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.redrive.Outgoing;
import dev.redrive.SendRefusedException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SendCheckTest {
  private static final Instant NOW = Instant.parse("2030-03-05T10:00:00Z");
  private static final Duration DELAY = Duration.ofDays(300_000);

  private static void check(Outgoing<String> message, int bodyBytes) {
    Instant dueAt = message.delay().map(NOW::plus).orElseGet(() -> message.dueAt().orElse(NOW));
    SendCheck.check(message, new byte[bodyBytes], NOW, dueAt);
  }

  private static String refusal(Outgoing<String> message) {
    return refusal(message, 1);
  }

  private static String refusal(Outgoing<String> message, int bodyBytes) {
    SendRefusedException refused =
        catchThrowableOfType(SendRefusedException.class, () -> check(message, bodyBytes));
    assertThat(refused).as("refusal of " + message.id()).isNotNull();
    assertThat(refused.reason()).isEqualTo(SendRefusedException.Cause.INVALID);
    return String.valueOf(refused.getMessage());
  }

  private static Outgoing<String> message() {
    return Outgoing.of("payload");
  }

  @Test
  void what_keeps_all_rules_passes() {
    assertThatCode(
            () -> {
              check(message(), 0);
              check(
                  message()
                      .id("i".repeat(200))
                      .key("Schlüssel 鍵 " + "k".repeat(180))
                      .header("X-Any_Token!#$%&'*+-.^`|~09", "value\twith tab, and 漢字")
                      .header("empty", "")
                      .after(DELAY)
                      .deadline(NOW.plus(DELAY).plusMillis(1)),
                  16 * 1_024 * 1_024);
              check(message().at(NOW.minusSeconds(5)), 1);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void an_id_is_neither_empty_nor_long_nor_broken() {
    assertThat(refusal(message().id(""))).contains("id", "200", "not 0");
    assertThat(refusal(message().id("i".repeat(201)))).contains("id", "200", "201");
    assertThat(refusal(message().id("a\nb"))).contains("id", "control");
    assertThat(refusal(message().id("\ud800"))).contains("id", "Unicode");
  }

  @Test
  void a_key_is_neither_empty_nor_long_nor_broken() {
    assertThat(refusal(message().key(""))).contains("key", "not 0");
    assertThat(refusal(message().key("k".repeat(201)))).contains("key", "201");
    assertThat(refusal(message().key("\u0000"))).contains("key", "control");
    assertThat(refusal(message().key("\udc00"))).contains("key", "Unicode");
  }

  @Test
  void headers_are_tokens_with_text_and_bounded() {
    assertThat(refusal(message().header("", "x"))).contains("header name");
    assertThat(refusal(message().header("a b", "x"))).contains("a b");
    assertThat(refusal(message().header("ä", "x"))).contains("header name");
    assertThat(refusal(message().header("h".repeat(201), "x"))).contains("header name");
    assertThat(refusal(message().header("name", "a\r\nSet-Cookie: x"))).contains("name", "control");
    assertThat(refusal(message().header("name", "\ud800"))).contains("name", "Unicode");
    assertThat(refusal(message().header("name", "x".repeat(17_000)))).contains("16384", "17004");
  }

  @Test
  void the_engines_own_headers_are_reserved_however_they_are_written() {
    assertThat(refusal(message().header("redrive-attempt", "9"))).contains("redrive-attempt");
    assertThat(refusal(message().header("ReDrive-X", "9"))).contains("ReDrive-X", "reserved");
  }

  @Test
  void what_a_refusal_quotes_cannot_forge_a_line() {
    assertThat(refusal(message().header("redrive-x\r\n2030 INFO forged", "9")))
        .doesNotContain("\n")
        .doesNotContain("\r");
    assertThat(refusal(message().header("a\r\nb", "9"))).doesNotContain("\n");
  }

  @Test
  void a_delay_is_not_negative() {
    assertThat(refusal(message().after(Duration.ofMillis(-1)))).contains("negative");
  }

  @Test
  void a_deadline_is_after_now_and_after_the_due_time() {
    assertThat(refusal(message().deadline(NOW))).contains("in the past");
    assertThat(refusal(message().after(Duration.ofHours(1)).deadline(NOW.plusSeconds(3_600))))
        .contains("not after the due time");
  }

  @Test
  void a_priority_is_a_digit() {
    assertThat(refusal(message().priority(10))).contains("the priority must be 0 to 9, not 10");
    assertThat(refusal(message().priority(-1))).contains("not -1");
  }

  @Test
  void a_payload_is_bounded() {
    assertThat(refusal(message(), 16 * 1_024 * 1_024 + 1)).contains("16777217", "16777216");
  }

  @Test
  void all_mistakes_are_named_at_once() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("redrive-id", "x");
    headers.put("b d", "x");
    headers.put("broken", "\u0001");

    String refusal =
        refusal(
            message()
                .id("")
                .key("k".repeat(300))
                .after(Duration.ofSeconds(-5))
                .deadline(NOW.minusSeconds(1))
                .headers(headers),
            17_000_000);

    assertThat(refusal.split("; ")).hasSize(8);
    assertThat(refusal)
        .contains("id must", "key must", "delay", "deadline", "redrive-id", "b d", "broken")
        .contains("payload");
  }
}
