// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Headers as bytes and back. */
class HeaderBytesTest {

  @Test
  void headers_come_back_as_they_were() {
    Map<String, String> headers = Map.of("a", "", "Ä", "漢字 🚀 \u0000", "long", "x".repeat(5_000));

    assertThat(HeaderBytes.read(HeaderBytes.write(headers))).isEqualTo(headers);
    assertThat(HeaderBytes.write(Map.of())).isEmpty();
    assertThat(HeaderBytes.read(new byte[0])).isEmpty();
  }

  @Test
  void damaged_headers_are_told() {
    byte[] written = HeaderBytes.write(Map.of("name", "value"));
    byte[] later = written.clone();
    later[0] = 2;

    assertThatThrownBy(() -> HeaderBytes.read(Arrays.copyOf(written, written.length - 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> HeaderBytes.read(later))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("later release");
  }
}
