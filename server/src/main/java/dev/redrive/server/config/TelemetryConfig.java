// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.server.json.Fields;
import java.util.Optional;

/**
 * What is told of messages besides events and metrics.
 *
 * @param mdc whether logs find in SLF4J's MDC whose attempt they are of
 * @param tracing where spans go; empty to make none
 */
public record TelemetryConfig(boolean mdc, Optional<TracingConfig> tracing) {

  /** The MDC is filled, and nothing is sent anywhere. */
  public static TelemetryConfig defaults() {
    return new TelemetryConfig(true, Optional.empty());
  }

  static TelemetryConfig read(Fields fields) {
    boolean mdc = !fields.has("mdc") || fields.flag("mdc");
    Optional<TracingConfig> tracing = fields.object("tracing").flatMap(TracingConfig::read);
    fields.end();
    return new TelemetryConfig(mdc, tracing);
  }
}
