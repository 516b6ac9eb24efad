// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Origin;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.memory.MemoryStore;
import dev.redrive.transport.memory.MemoryTransport;
import dev.redrive.transport.memory.MemoryTransportConfig;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spans of an engine on virtual time, as an exporter gets them. */
class OpenTelemetryTracerTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String GIVEN = "00-" + TRACE + "-" + SPAN + "-01";
  private static final RetryPolicy THREE =
      RetryPolicy.builder()
          .backoff(Backoff.fixed(Duration.ofSeconds(1)))
          .jitter(Jitter.none())
          .attempts(3)
          .build();

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final SdkTracerProvider provider = provider(Sampler.alwaysOn());
  private final VirtualTime time = new VirtualTime();
  private final MemoryStore store = new MemoryStore();
  private final Redrive redrive = open(new OpenTelemetryTracer(of(provider)));
  private final Queue<String> queue = queue(redrive, "orders");

  private SdkTracerProvider provider(Sampler sampler) {
    return SdkTracerProvider.builder()
        .setSampler(Sampler.parentBased(sampler))
        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
        .build();
  }

  private static OpenTelemetry of(SdkTracerProvider provider) {
    return new OpenTelemetry() {
      @Override
      public TracerProvider getTracerProvider() {
        return provider;
      }

      @Override
      public ContextPropagators getPropagators() {
        return ContextPropagators.noop();
      }
    };
  }

  private Redrive open(OpenTelemetryTracer tracer) {
    return Engine.builder()
        .environment(time.environment(1))
        .transport(given -> new MemoryTransport(given, MemoryTransportConfig.defaults(), store))
        .tracer(tracer)
        .open();
  }

  private static Queue<String> queue(Redrive redrive, String name) {
    return redrive.queue(QueueOptions.builder(name, Codec.text()).policy(THREE).build());
  }

  @AfterEach
  void close() {
    redrive.close(Duration.ZERO);
    provider.close();
  }

  private static Outgoing<String> message(String id) {
    return Outgoing.of("payload").id(id);
  }

  private void send(Outgoing<String> message) {
    queue.send(message);
    time.runUntilIdle();
  }

  private SpanData span(int number) {
    return exporter.getFinishedSpanItems().get(number);
  }

  private static String text(SpanData span, String name) {
    return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(name)));
  }

  private static List<String> links(SpanData span) {
    return span.getLinks().stream()
        .map(
            link ->
                link.getSpanContext().getSpanId()
                    + " "
                    + link.getAttributes().get(AttributeKey.stringKey("messaging.redrive.link")))
        .toList();
  }

  @Test
  void a_send_and_its_attempt_are_one_trace() {
    queue.handle(message -> {});

    send(message("a").header("x-request-id", "r-1"));

    SpanData sent = span(0);
    assertThat(sent.getName()).isEqualTo("send orders");
    assertThat(sent.getKind()).isEqualTo(SpanKind.PRODUCER);
    assertThat(sent.getParentSpanContext().isValid()).isFalse();
    assertThat(text(sent, "messaging.system")).isEqualTo("redrive");
    assertThat(text(sent, "messaging.operation.name")).isEqualTo("send");
    assertThat(text(sent, "messaging.operation.type")).isEqualTo("send");
    assertThat(text(sent, "messaging.destination.name")).isEqualTo("orders");
    assertThat(text(sent, "messaging.message.id")).isEqualTo("a");
    assertThat(text(sent, "messaging.redrive.request_id")).isEqualTo("r-1");
    assertThat(sent.getAttributes().get(AttributeKey.longKey("messaging.message.body.size")))
        .isEqualTo(7);
    SpanData processed = span(1);
    assertThat(processed.getName()).isEqualTo("process orders");
    assertThat(processed.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(processed.getTraceId()).isEqualTo(sent.getTraceId());
    assertThat(processed.getParentSpanId()).isEqualTo(sent.getSpanId());
    assertThat(links(processed)).containsExactly(sent.getSpanId() + " creation");
    assertThat(text(processed, "messaging.redrive.outcome")).isEqualTo("succeeded");
    assertThat(text(processed, "messaging.redrive.request_id")).isEqualTo("r-1");
    assertThat(processed.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(exporter.getFinishedSpanItems()).hasSize(2);
  }

  @Test
  void retries_are_in_the_same_trace_and_link_to_the_first_attempt() {
    queue.handle(
        message -> {
          throw new IOException("planned");
        });

    send(message("a"));
    time.advance(Duration.ofSeconds(2));

    SpanData sent = span(0);
    SpanData first = span(1);
    assertThat(exporter.getFinishedSpanItems()).hasSize(4);
    for (int attempt = 1; attempt <= 3; attempt++) {
      SpanData span = span(attempt);
      assertThat(span.getTraceId()).isEqualTo(sent.getTraceId());
      assertThat(span.getParentSpanId()).isEqualTo(sent.getSpanId());
      assertThat(span.getAttributes().get(AttributeKey.longKey("messaging.redrive.attempt")))
          .isEqualTo(attempt);
      assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(text(span, "error.type")).isEqualTo("java.io.IOException");
      assertThat(span.getEvents()).extracting(EventData::getName).contains("exception");
    }
    assertThat(links(span(2)))
        .containsExactly(sent.getSpanId() + " creation", first.getSpanId() + " first-attempt");
    assertThat(links(span(3))).isEqualTo(links(span(2)));
    assertThat(text(first, "messaging.redrive.outcome")).isEqualTo("retried");
    assertThat(text(first, "messaging.redrive.due_at")).isEqualTo("2030-03-05T10:00:01Z");
  }

  @Test
  void a_death_is_an_event_of_its_attempt() {
    queue.handle(
        message -> {
          throw new IllegalArgumentException("planned");
        });

    send(message("a"));

    SpanData dead = span(1);
    assertThat(text(dead, "messaging.redrive.outcome")).isEqualTo("died");
    EventData event = dead.getEvents().get(dead.getEvents().size() - 1);
    assertThat(event.getName()).isEqualTo("messaging.redrive.dead_letter");
    assertThat(event.getAttributes().get(AttributeKey.stringKey("messaging.redrive.reason")))
        .isEqualTo("not-retryable");
    assertThat(event.getAttributes().get(AttributeKey.stringKey("messaging.redrive.cause")))
        .contains("planned");
  }

  @Test
  void an_attempt_that_its_deadline_ends_has_the_error_expired() {
    queue.handleAsync(message -> new CompletableFuture<>());
    send(message("a").deadline(time.instant().plusSeconds(5)));

    time.advance(Duration.ofSeconds(5));

    assertThat(text(span(1), "error.type")).isEqualTo("expired");
    assertThat(span(1).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
  }

  @Test
  void a_message_that_came_without_a_trace_has_one_trace_all_the_same() {
    try (Redrive foreign =
        Engine.builder()
            .environment(time.environment(2))
            .transport(given -> new MemoryTransport(given, MemoryTransportConfig.defaults(), store))
            .open()) {
      queue(foreign, "orders").send(message("a"));
      time.runUntilIdle();
      queue.handle(
          message -> {
            throw new IOException("planned");
          });
      time.advance(Duration.ofSeconds(2));
      foreign.close(Duration.ZERO);
    }

    List<SpanData> spans = exporter.getFinishedSpanItems();
    assertThat(spans).hasSize(3);
    assertThat(spans).extracting(SpanData::getTraceId).containsOnly(span(0).getTraceId());
    assertThat(span(2).getParentSpanId()).isEqualTo(span(0).getSpanId());
    assertThat(links(span(2))).containsExactly(span(0).getSpanId() + " first-attempt");
  }

  @Test
  void a_send_is_within_the_senders_span_and_takes_its_baggage_along() {
    Span outer = of(provider).getTracer("test").spanBuilder("outer").startSpan();
    Baggage baggage = Baggage.builder().put("tenant", "acme").build();
    Context around = Context.root().with(outer).with(baggage);
    Runnable send = () -> queue.send(message("a"));
    around.wrap(send).run();
    List<String> tenants = new ArrayList<>();
    List<Map<String, String>> headers = new ArrayList<>();
    queue.handle(
        message -> {
          tenants.add(Baggage.current().getEntryValue("tenant"));
          headers.add(message.headers());
        });
    time.runUntilIdle();

    assertThat(span(0).getParentSpanId()).isEqualTo(outer.getSpanContext().getSpanId());
    assertThat(tenants).containsExactly("acme");
    assertThat(headers)
        .singleElement()
        .satisfies(each -> assertThat(each).containsKeys("traceparent", "baggage"));
    assertThat(Baggage.current().isEmpty()).isTrue();
  }

  @Test
  void what_a_handler_sends_is_within_its_span() {
    Queue<String> next = queue(redrive, "next");
    next.handle(message -> {});
    queue.handle(message -> next.send(message("b")));

    send(message("a").header("baggage", "tenant=acme"));

    Set<String> traces = new HashSet<>();
    exporter.getFinishedSpanItems().forEach(span -> traces.add(span.getTraceId()));
    assertThat(traces).hasSize(1);
    SpanData second = named("send next");
    assertThat(second.getParentSpanId()).isEqualTo(named("process orders").getSpanId());
    assertThat(named("process next").getParentSpanId()).isEqualTo(second.getSpanId());
  }

  private SpanData named(String name) {
    return exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_trace_that_the_sender_gave_is_that_of_the_attempt_and_the_send_links_to_it() {
    List<String> parents = new ArrayList<>();
    queue.handle(message -> parents.add(message.headers().get("traceparent")));

    send(message("a").header("traceparent", GIVEN));

    assertThat(parents).containsExactly(GIVEN);
    assertThat(span(0).getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(span(0).getTraceId()).isEqualTo(TRACE);
    assertThat(span(0).getLinks())
        .extracting(LinkData::getSpanContext)
        .extracting(SpanContext::getSpanId)
        .containsExactly(SPAN);
    assertThat(span(1).getParentSpanId()).isEqualTo(SPAN);
  }

  @Test
  void what_is_not_sampled_is_not_exported_and_stays_so_in_later_attempts() {
    queue.handle(
        message -> {
          throw new IOException("planned");
        });

    send(message("a").header("traceparent", GIVEN.replace("-01", "-00")));
    time.advance(Duration.ofSeconds(2));

    assertThat(exporter.getFinishedSpanItems()).isEmpty();
  }

  @Test
  void without_opentelemetry_traces_pass_through() {
    try (Redrive plain = open(new OpenTelemetryTracer(OpenTelemetry.noop()))) {
      Queue<String> other = queue(plain, "plain");
      Queue<String> next = queue(plain, "plain-next");
      List<Map<String, String>> headers = new ArrayList<>();
      next.handle(message -> headers.add(message.headers()));
      other.handle(message -> next.send(message("b")));
      other.send(message("a").header("traceparent", GIVEN));
      time.runUntilIdle();
      plain.close(Duration.ZERO);

      assertThat(headers).containsExactly(Map.of("traceparent", GIVEN));
    }
  }

  @Test
  void a_send_that_fails_is_an_error() {
    new OpenTelemetryTracer(of(provider))
        .send("orders", "a", 7, Origin.NONE, false)
        .end(Optional.of(new IOException("planned")));

    assertThat(span(0).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(text(span(0), "error.type")).isEqualTo("java.io.IOException");
  }
}
