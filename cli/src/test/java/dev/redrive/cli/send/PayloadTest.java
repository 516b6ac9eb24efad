// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PayloadTest {

  private static String typeOf(String text) {
    return Payload.contentType(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void the_content_type_is_told_by_looking() {
    assertThat(typeOf("{\"a\":1}")).isEqualTo("application/json");
    assertThat(typeOf("[1,2]")).isEqualTo("application/json");
    assertThat(typeOf("{\"a\":1} and more")).isEqualTo("text/plain; charset=utf-8");
    assertThat(typeOf("hello")).isEqualTo("text/plain; charset=utf-8");
    assertThat(typeOf("")).isEqualTo("text/plain; charset=utf-8");
    assertThat(Payload.contentType(new byte[] {(byte) 0xff, 0}))
        .isEqualTo("application/octet-stream");
  }
}
