// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.opentelemetry;

import dev.redrive.Origin;
import dev.redrive.TraceContext;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Between OpenTelemetry's contexts and what travels with messages. */
final class Wire {
  private static final TextMapPropagator W3C =
      TextMapPropagator.composite(
          W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance());

  private Wire() {}

  /** A context of its own with the trace and the baggage of the origin. */
  static Context read(Origin origin) {
    Map<String, String> headers = origin.headers();
    return headers.isEmpty() ? Context.root() : W3C.extract(Context.root(), headers, Wire::get);
  }

  /** The trace and the baggage of a context. */
  static Origin write(Context context) {
    Map<String, String> headers = new HashMap<>();
    W3C.inject(
        context,
        headers,
        (carrier, name, value) -> {
          if (carrier != null) {
            carrier.put(name, value);
          }
        });
    return Origin.of(headers);
  }

  /** The span, if it is one that somebody can find. */
  static Optional<TraceContext> trace(Span span) {
    return span.getSpanContext().isRemote()
        ? Optional.empty()
        : write(Context.root().with(span)).trace();
  }

  private static @Nullable String get(@Nullable Map<String, String> headers, String name) {
    return headers == null ? null : headers.get(name);
  }
}
