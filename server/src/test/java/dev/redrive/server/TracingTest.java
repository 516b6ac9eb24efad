// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.Api;
import dev.redrive.server.support.Collector;
import dev.redrive.server.support.Collector.Span;
import dev.redrive.server.support.Shop;
import dev.redrive.testkit.Poll;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The spans that a server sends to a collector, and that it sends none where none are asked for.
 */
class TracingTest {
  private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN_ID = "b7ad6b7169203331";
  private static final int CLIENT = 3;
  private static final int PRODUCER = 4;
  private static final int CONSUMER = 5;

  @TempDir Path folder;
  private final Shop shop = new Shop();
  private final Collector collector = new Collector();

  @AfterEach
  void close() {
    shop.close();
    collector.close();
  }

  private RunningServer start(String telemetry) {
    return RunningServer.start(
        folder,
        """
        %s
        queues:
          orders:
            deliver: { url: "%s", allowPrivate: true }
            retry: { attempts: 5, first: 1ms, jitter: none }
        """
            .formatted(telemetry, shop.url()));
  }

  private String traced(String more) {
    return "telemetry: { tracing: { endpoint: \"" + collector.url() + "\"" + more + " } }";
  }

  private void failTwice() {
    AtomicInteger calls = new AtomicInteger();
    shop.answer(each -> new Shop.Answer(calls.incrementAndGet() < 3 ? 503 : 200, Map.of()));
  }

  private static void awaitEnd(Api api, int messages) {
    Poll.until(
        "the messages to succeed",
        Api.BOUND,
        () -> api.get("/v1/queues/orders").json().at("/stats/succeeded").asInt() == messages);
  }

  private List<Span> spans(int kind) {
    return collector.spans().stream().filter(span -> span.kind() == kind).toList();
  }

  @Test
  void all_attempts_of_a_message_are_in_the_trace_of_its_send_and_link_to_the_first() {
    failTwice();
    try (RunningServer server = start(traced(", headers: { authorization: \"Bearer t\" }"))) {
      server.api().send("orders", "x", "Redrive-Id", "a");
      awaitEnd(server.api(), 1);
    }

    Span send = spans(PRODUCER).get(0);
    List<Span> attempts = spans(CONSUMER);
    assertThat(send.name()).isEqualTo("send orders");
    assertThat(attempts).hasSize(3).allMatch(each -> each.name().equals("process orders"));
    assertThat(collector.spans()).extracting(Span::trace).containsOnly(send.trace());
    assertThat(attempts).extracting(Span::parent).containsOnly(send.id());
    assertThat(attempts.get(0).links()).containsExactly(send.id());
    String first = attempts.get(0).id();
    assertThat(attempts.get(1).links()).containsExactly(send.id(), first);
    assertThat(attempts.get(2).links()).containsExactly(send.id(), first);
    assertThat(collector.paths()).containsOnly("/v1/traces");
    assertThat(collector.tokens()).containsOnly("Bearer t");
  }

  @Test
  void a_trace_that_a_client_began_goes_on() {
    try (RunningServer server = start(traced(", samplePercent: 0"))) {
      String parent = "00-" + TRACE_ID + "-" + SPAN_ID + "-01";
      server.api().send("orders", "x", "Redrive-Id", "a", "traceparent", parent);
      server.api().send("orders", "x", "Redrive-Id", "not sampled");
      awaitEnd(server.api(), 2);
    }

    assertThat(collector.spans()).extracting(Span::trace).containsOnly(TRACE_ID);
    assertThat(spans(CLIENT)).singleElement().extracting(Span::parent).isEqualTo(SPAN_ID);
    assertThat(spans(CONSUMER)).singleElement().extracting(Span::parent).isEqualTo(SPAN_ID);
  }

  @Test
  void a_collector_that_is_down_stops_no_message() {
    collector.close();
    try (RunningServer server = start(traced(""))) {
      server.api().send("orders", "x");
      awaitEnd(server.api(), 1);
    }
  }

  @Test
  void without_tracing_nothing_is_sent_whatever_the_environment_says() {
    System.setProperty("otel.exporter.otlp.endpoint", collector.url());
    System.setProperty("otel.traces.exporter", "otlp");
    try (RunningServer server = start("")) {
      server.api().send("orders", "x");
      awaitEnd(server.api(), 1);
    } finally {
      System.clearProperty("otel.exporter.otlp.endpoint");
      System.clearProperty("otel.traces.exporter");
    }

    assertThat(collector.paths()).isEmpty();
  }
}
