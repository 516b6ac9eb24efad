// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which URLs are taken, and that each reads in one way alone (S3, S7). */
class WebhookUrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://shop.example/hooks?a=1%20, https://shop.example/hooks?a=1%20",
    "HTTPS://Shop.Example, https://shop.example/",
    "http://shop.example:80/a, http://shop.example/a",
    "http://shop.example:443/a, http://shop.example:443/a",
    "https://shop.example:8443?q, https://shop.example:8443/?q",
    "http://8.8.8.8/a, http://8.8.8.8/a",
    "http://my_service:9000/a, http://my_service:9000/a",
    "http://localhost:9000, http://localhost:9000/",
    "'http://[::1]:9000/a', 'http://[0:0:0:0:0:0:0:1]:9000/a'",
    "'https://[2606:4700::1111]', 'https://[2606:4700:0:0:0:0:0:1111]/'",
    "https://xn--bcher-kva.example, https://xn--bcher-kva.example/",
  })
  void sound_url_is_read_and_written_in_its_normal_form(String text, String normal) {
    assertThat(WebhookUrl.parse(text)).hasToString(normal);
    assertThat(WebhookUrl.parse(normal)).isEqualTo(WebhookUrl.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.1",
        "127.0.1",
        "2130706433",
        "0",
        "0x7f000001",
        "0x7f.1",
        "0x",
        "0177.0.0.1",
        "127.0.0.01",
        "00.0.0.0",
        "1.2.3.256",
        "1.2.3.4.5",
        "1.2.3",
        "example.0",
        "example.0x1",
        "017700000001",
        "999999999999"
      })
  void number_that_programs_read_differently_is_no_host(String host) {
    assertThatThrownBy(() -> WebhookUrl.parse("http://" + host + "/"))
        .isInstanceOf(InvalidDestinationException.class)
        .hasMessageContaining("number");
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://a.example, http",
    "file:///etc/passwd, http",
    "gopher://a.example, http",
    "//a.example/x, http",
    "a.example/x, http",
    "'', 1 to 2048",
    "https:///x, no host",
    "https:x, no host",
    "https://user@a.example, credentials",
    "https://user:pass@a.example, credentials",
    "https://a.example@b.example, credentials",
    "https://a.example/#x, fragment",
    "https://a.example#@b.example, fragment",
    "'https://a.example\\@b.example', backslash",
    "'https://a.example\\x', backslash",
    "'https://a.example/ x', space",
    "https://a.example:0/, port",
    "https://a.example:65536/, port",
    "https://a.example:/, port",
    "https://a.example:-1/, port",
    "https://a.example:+80/, port",
    "https://a.example:80:80/, port",
    "https://a..example, dots",
    "https://a.example., dots",
    "https://.example, dots",
    "https://-a.example, dots",
    "https://a%2eexample, dots",
    "'https://[1.2.3.4]/', read",
    "'https://[zz]/', read",
    "'https://[fe80::1%25eth0]/', brackets",
    "'https://[::1]x/', port",
    "https://a.example/%zz, read",
    "'https://a.example/{x}', read",
  })
  void unsound_url_is_refused_and_the_message_says_why(String text, String why) {
    assertThatThrownBy(() -> WebhookUrl.parse(text))
        .isInstanceOf(InvalidDestinationException.class)
        .hasMessageStartingWith("the URL of the webhook ")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://a.example/\r\nx: y",
        "https://a.example/\n",
        "https://a.example\t/",
        "https://a.example/\u0000",
        "https://b\u00fccher.example/",
        "https://\uff41.example/",
        "https://a\u3002example/",
        "https://a.example/\u00e9",
        "https://127\u3002\u3000.0.0.1/"
      })
  void control_characters_and_what_is_not_ascii_are_refused(String text) {
    assertThatThrownBy(() -> WebhookUrl.parse(text))
        .isInstanceOf(InvalidDestinationException.class);
  }

  @Test
  void url_of_any_length_is_refused() {
    assertThatThrownBy(() -> WebhookUrl.parse("https://a.example/" + "x".repeat(2048)))
        .hasMessageContaining("2048");
    assertThatThrownBy(() -> WebhookUrl.parse("https://" + "a.".repeat(130) + "example/"))
        .hasMessageContaining("253");
  }

  @Test
  void origin_leaves_out_the_path_where_tokens_live() {
    assertThat(WebhookUrl.parse("https://a.example/token").origin())
        .isEqualTo("https://a.example:443");
  }
}
