// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a destination may say of itself (S7, S15, S17). */
class DestinationTest {
  @Test
  void destination_has_sound_defaults() {
    Destination destination = Destination.to("https://a.example/x").build();

    assertThat(destination.timeout()).isEqualTo(Duration.ofSeconds(15));
    assertThat(destination.allowPrivate()).isFalse();
    assertThat(destination.authorities()).isEmpty();
  }

  @Test
  void nothing_secret_is_printed() {
    Secret secret = Secret.generate(new SecureRandom());
    Destination destination =
        Destination.to("https://a.example/path-token?key=hidden")
            .secret(secret)
            .header("Authorization", "Bearer hidden")
            .build();

    String raw = secret.reveal().substring("whsec_".length());
    assertThat(destination.toString()).doesNotContain("hidden", "path-token", raw);
    assertThat(secret).hasToString("whsec_…");
  }

  @Test
  void generated_secrets_differ_and_read_back() {
    Secret one = Secret.generate(new SecureRandom());
    Secret two = Secret.generate(new SecureRandom());

    assertThat(one).isNotEqualTo(two);
    assertThat(Secret.parse(one.reveal())).isEqualTo(one).hasSameHashCodeAs(one);
    assertThat(Base64.getDecoder().decode(one.reveal().substring(6))).hasSize(32);
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 32, 64})
  void secret_of_24_to_64_bytes_is_taken(int length) {
    String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);

    assertThat(Secret.parse(text).reveal()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 16, 23, 65})
  void secret_of_another_length_is_refused(int length) {
    String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);

    assertThatThrownBy(() -> Secret.parse(text))
        .isInstanceOf(InvalidDestinationException.class)
        .hasMessageContaining(length + " bytes");
  }

  @Test
  void secret_that_is_no_base64_is_refused_without_being_quoted() {
    assertThatThrownBy(() -> Secret.parse("whsec_not*base64*at*all*not*base64*at*all"))
        .isInstanceOf(InvalidDestinationException.class)
        .hasMessageNotContaining("*")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host",
        "content-length",
        "Content-Type",
        "Transfer-Encoding",
        "connection",
        "Keep-Alive",
        "te",
        "Trailer",
        "upgrade",
        "Expect",
        "Accept-Encoding",
        "webhook-id",
        "Webhook-Signature",
        "webhook-anything",
        "Proxy-Connection"
      })
  void header_that_redrive_sets_is_refused(String name) {
    assertThatThrownBy(() -> Destination.to("https://a.example").header(name, "x").build())
        .isInstanceOf(InvalidDestinationException.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nb", "a\nb", "a\rb", "a\u0000b", "a\u001bb", "a\u007fb"})
  void header_with_a_control_character_is_refused_without_being_quoted(String value) {
    assertThatThrownBy(() -> Destination.to("https://a.example").header("x-a", value).build())
        .isInstanceOf(InvalidDestinationException.class)
        .hasMessageNotContaining(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:b", "a\r\nb", "\u00e9", "(x)"})
  void header_with_a_malformed_name_is_refused(String name) {
    assertThatThrownBy(() -> Destination.to("https://a.example").header(name, "x").build())
        .isInstanceOf(InvalidDestinationException.class);
  }

  @Test
  void header_given_twice_in_two_spellings_is_refused() {
    assertThatThrownBy(
            () -> Destination.to("https://a.example").header("x-a", "1").header("X-A", "2").build())
        .isInstanceOf(InvalidDestinationException.class);
  }

  @Test
  void timeout_must_be_positive_and_bounded() {
    for (Duration timeout :
        new Duration[] {Duration.ZERO, Duration.ofMillis(-1), Duration.ofHours(1)}) {
      assertThatThrownBy(() -> Destination.to("https://a.example").timeout(timeout).build())
          .isInstanceOf(InvalidDestinationException.class);
    }
  }

  @Test
  void authority_is_pinned_for_https_alone() {
    assertThatThrownBy(
            () ->
                Destination.to("http://a.example")
                    .authority(TestCertificates.shared().authority())
                    .build())
        .isInstanceOf(InvalidDestinationException.class)
        .hasMessageContaining("https");
  }
}
