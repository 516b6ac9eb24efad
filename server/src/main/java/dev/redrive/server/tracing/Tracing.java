// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.tracing;

import dev.redrive.server.config.TracingConfig;
import dev.redrive.telemetry.opentelemetry.OpenTelemetryTracer;
import dev.redrive.trace.Tracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OpenTelemetry's spans, sent to a collector by OTLP over HTTP. All that it goes by is the
 * configuration: neither the environment nor system properties send anything anywhere.
 *
 * <p>Spans wait for their batch in a queue of 2,048; what is more is dropped, and no message waits
 * for it.
 */
public final class Tracing {
  private static final Logger log = LoggerFactory.getLogger(Tracing.class);
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
  private static final Duration BATCH = Duration.ofSeconds(1);
  private static final Duration SEND = Duration.ofSeconds(10);
  private static final double PERCENT = 100;

  private final SdkTracerProvider provider;

  private Tracing(SdkTracerProvider provider) {
    this.provider = provider;
  }

  /** Begins to send; whether the collector can be reached is not waited for. */
  public static Tracing open(TracingConfig config) {
    log.info("spans go to {}://{}", config.endpoint().getScheme(), config.endpoint().getHost());
    return new Tracing(
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(Resource.create(Attributes.of(SERVICE, config.service()))))
            // Whoever began a trace has decided; a trace with holes helps nobody.
            .setSampler(
                Sampler.parentBased(Sampler.traceIdRatioBased(config.samplePercent() / PERCENT)))
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter(config)).setScheduleDelay(BATCH).build())
            .build());
  }

  private static OtlpHttpSpanExporter exporter(TracingConfig config) {
    OtlpHttpSpanExporterBuilder builder =
        OtlpHttpSpanExporter.builder().setEndpoint(config.endpoint().toString()).setTimeout(SEND);
    config.headers().forEach(builder::addHeader);
    return builder.build();
  }

  /** Makes the spans of an engine. */
  public Tracer tracer() {
    return new OpenTelemetryTracer(OpenTelemetrySdk.builder().setTracerProvider(provider).build());
  }

  /** Sends what there is within this time. */
  public void close(Duration grace) {
    provider.shutdown().join(grace.toMillis(), TimeUnit.MILLISECONDS);
  }
}
