// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.InvalidOptionsException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TelemetryConfigTest {
  private static TelemetryConfig parse(String text) {
    return ConfigFile.parse("redrive.yaml", text, Map.of("TOKEN", "t-1")).telemetry();
  }

  private static TracingConfig tracing(String text) {
    return parse("telemetry: { tracing: " + text + " }").tracing().orElseThrow();
  }

  @Test
  void nothing_is_sent_unless_it_is_said_where_to() {
    assertThat(parse("")).isEqualTo(new TelemetryConfig(true, Optional.empty()));
    assertThat(parse("telemetry: {}")).isEqualTo(new TelemetryConfig(true, Optional.empty()));
    assertThatThrownBy(() -> tracing("{ samplePercent: 10 }"))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("telemetry.tracing.endpoint is missing");
  }

  @Test
  void everything_can_be_said() {
    assertThat(parse("telemetry: { mdc: false }").mdc()).isFalse();
    assertThat(
            tracing(
                "{ endpoint: \"https://otlp.example/x\", service: shop, samplePercent: 0,"
                    + " headers: { api-key: \"${TOKEN}\" } }"))
        .isEqualTo(
            new TracingConfig(
                URI.create("https://otlp.example/x"), "shop", 0, Map.of("api-key", "t-1")));
  }

  @ParameterizedTest
  @CsvSource({
    "http://collector:4318, http://collector:4318/v1/traces",
    "http://collector:4318/, http://collector:4318/v1/traces",
    "https://collector/otlp/v1/traces, https://collector/otlp/v1/traces"
  })
  void an_endpoint_without_a_path_has_that_of_otlp(String written, String called) {
    assertThat(tracing("{ endpoint: \"" + written + "\" }"))
        .isEqualTo(new TracingConfig(URI.create(called), "redrive", 100, Map.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"collector:4318", "grpc://collector", "http://", "http://a b", "/v1"})
  void what_is_no_url_is_refused(String endpoint) {
    assertThatThrownBy(() -> tracing("{ endpoint: \"" + endpoint + "\" }"))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("telemetry.tracing.endpoint");
  }

  @Test
  void a_header_that_cannot_be_sent_is_refused_without_telling_its_value() {
    assertThatThrownBy(
            () -> tracing("{ endpoint: \"http://a\", headers: { x: \"secret\\nvalue\" } }"))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("telemetry.tracing.headers")
        .hasMessageNotContaining("secret");
  }
}
