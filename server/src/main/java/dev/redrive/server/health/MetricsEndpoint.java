// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.health;

import dev.redrive.QueueStats;
import dev.redrive.Redrive;
import dev.redrive.TransportState;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Dependency;
import dev.redrive.gate.GateStatus;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.HttpFront;
import dev.redrive.server.http.Route;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.lease.LeaseTable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The metrics in Prometheus' text format. The queues' counts are as old as the census. */
public final class MetricsEndpoint {
  private static final double HALF = 0.5;
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Census census;
  private final Redrive redrive;
  private final InstantSource clock;
  private final MultiGauge messages =
      MultiGauge.builder("redrive.queue.messages")
          .description("Messages by queue and state")
          .register(registry);
  private final MultiGauge oldest =
      MultiGauge.builder("redrive.queue.oldest.due")
          .description("How long the message that waits longest has been due")
          .baseUnit("seconds")
          .register(registry);

  private final MultiGauge gates =
      MultiGauge.builder("redrive.gate.closed")
          .description("1 while a gate holds its queue, 0.5 while it lets some messages through")
          .register(registry);
  private final MultiGauge breakers =
      MultiGauge.builder("redrive.breaker.open")
          .description("1 while the breaker of a dependency is open, 0.5 while it is half-open")
          .register(registry);

  private final MultiGauge waiting =
      MultiGauge.builder("redrive.dependency.waiting")
          .description("Messages of queues that wait for a dependency")
          .register(registry);

  /** Measures these. */
  public MetricsEndpoint(
      Redrive redrive, LeaseTable leases, HttpFront front, Census census, InstantSource clock) {
    this.census = census;
    this.redrive = redrive;
    this.clock = clock;
    Gauge.builder("redrive.leases", leases, LeaseTable::size)
        .description("Deliveries that are leased over HTTP")
        .register(registry);
    Gauge.builder("redrive.leases.bytes", leases, LeaseTable::bytes)
        .description("How large the messages are that are leased over HTTP")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("redrive.http.connections", front, HttpFront::connectionCount)
        .description("HTTP connections that are open")
        .register(registry);
    Gauge.builder("redrive.transport.up", redrive, each -> isUp(each) ? 1 : 0)
        .description("1 while the transport takes and hands over messages")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
  }

  private static boolean isUp(Redrive redrive) {
    return redrive.state() == TransportState.UP;
  }

  /** Where others are to measure too. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /** The route. */
  public Route route() {
    return Route.of("GET", "/metrics", Scope.READ, this::scrape);
  }

  /** While the transport cannot be asked, the counts stay as they were. */
  private void scrape(Exchange exchange) {
    census
        .counts()
        .whenComplete(
            (counts, failure) ->
                exchange.onLoop(
                    () -> {
                      if (failure == null) {
                        show(counts);
                      }
                      showGates();
                      exchange.text(TYPE, registry.scrape().getBytes(StandardCharsets.UTF_8));
                    }));
  }

  /** Synchronised, because two scrapes would register the rows of one over those of the other. */
  private synchronized void show(Map<String, QueueStats> counts) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    List<MultiGauge.Row<?>> ages = new ArrayList<>();
    counts.forEach(
        (queue, stats) -> {
          rows.add(row(queue, "waiting", stats.waiting()));
          rows.add(row(queue, "retrying", stats.retrying()));
          rows.add(row(queue, "running", stats.running()));
          rows.add(row(queue, "dead", stats.dead()));
          double age =
              stats
                  .oldestDueAt()
                  .map(due -> Duration.between(due, clock.instant()).toMillis() / 1_000.0)
                  .orElse(0.0);
          ages.add(MultiGauge.Row.of(Tags.of("queue", queue), Math.max(0, age)));
        });
    messages.register(rows, true);
    showWaiting(census.waitingByDependency(counts));
    oldest.register(ages, true);
  }

  private void showWaiting(Map<String, Long> counts) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (Dependency each : redrive.dependencies()) {
      long count = counts.getOrDefault(each.name(), 0L);
      rows.add(MultiGauge.Row.of(Tags.of("dependency", each.name()), count));
    }
    waiting.register(rows, true);
  }

  /** Synchronised, as above. */
  private synchronized void showGates() {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    census
        .gates()
        .forEach(
            (queue, views) ->
                views.forEach(
                    gate ->
                        rows.add(
                            MultiGauge.Row.of(
                                Tags.of("queue", queue, "gate", gate.name()),
                                closed(gate.status().state())))));
    gates.register(rows, true);
    List<MultiGauge.Row<?>> states = new ArrayList<>();
    for (Dependency each : redrive.dependencies()) {
      states.add(
          MultiGauge.Row.of(Tags.of("dependency", each.name()), open(each.status().state())));
    }
    breakers.register(states, true);
  }

  private static double closed(GateStatus.State state) {
    return switch (state) {
      case PASSING -> 0;
      case LIMITING -> HALF;
      case HOLDING -> 1;
    };
  }

  private static double open(Breaker.State state) {
    return switch (state) {
      case CLOSED, FORCED_CLOSED -> 0;
      case HALF_OPEN -> HALF;
      case OPEN, FORCED_OPEN -> 1;
    };
  }

  private static MultiGauge.Row<?> row(String queue, String state, long count) {
    return MultiGauge.Row.of(Tags.of("queue", queue, "state", state), count);
  }
}
