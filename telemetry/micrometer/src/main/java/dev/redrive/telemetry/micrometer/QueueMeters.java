// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.micrometer;

import dev.redrive.gate.Breaker;
import dev.redrive.retry.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The meters of one queue. */
final class QueueMeters {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofMinutes(1)
  };

  final Counter sent;
  final Counter duplicates;
  final Counter attempts;
  final Counter succeeded;
  final Counter retried;
  final Counter deferred;
  final Counter recognised;
  final Counter cancelled;
  final Counter replayed;
  final Counter purged;
  final Timer lateness;
  final Timer handlerSucceeded;
  final Timer handlerFailed;
  final AtomicInteger paused = new AtomicInteger();
  private final Map<Reason, Counter> died = new EnumMap<>(Reason.class);

  private final Map<String, AtomicReference<Double>> dependencies = new ConcurrentHashMap<>();

  private final MeterRegistry registry;
  private final String queue;

  QueueMeters(MeterRegistry registry, String queue) {
    this.registry = registry;
    this.queue = queue;
    sent = counter("redrive.sent", "Messages that became durable");
    duplicates = counter("redrive.duplicates", "Messages that were known already");
    attempts = counter("redrive.attempts", "Attempts that began");
    succeeded = counter("redrive.succeeded", "Messages that were processed");
    retried = counter("redrive.retried", "Attempts that failed and are followed by another");
    deferred = counter("redrive.deferred", "Messages that were put off without an attempt");
    recognised =
        counter("redrive.recognised", "Messages that were done before, and not handled again");
    cancelled = counter("redrive.cancelled", "Messages that were taken back");
    replayed = counter("redrive.replayed", "Dead letters that were sent back to their queue");
    purged = counter("redrive.purged", "Dead letters that were deleted");
    lateness = timer("redrive.lateness", "From due to started").register(registry);
    handlerSucceeded = handler("succeeded");
    handlerFailed = handler("failed");
    for (Reason reason : Reason.values()) {
      died.put(
          reason,
          Counter.builder("redrive.died")
              .description("Messages that went to the dead letters")
              .tag("queue", queue)
              .tag("reason", reason.wireName())
              .register(registry));
    }
    Gauge.builder("redrive.paused", paused, AtomicInteger::get)
        .description("1 while the queue is paused")
        .tag("queue", queue)
        // A gauge holds its object weakly, and is gone with it otherwise.
        .strongReference(true)
        .register(registry);
  }

  Counter died(Reason reason) {
    Counter counter = died.get(reason);
    if (counter == null) {
      throw new IllegalStateException("there is a counter for each reason, but not for " + reason);
    }
    return counter;
  }

  void dependency(String name, Breaker.State state) {
    openness(name)
        .set(
            switch (state) {
              case CLOSED, FORCED_CLOSED -> 0.0;
              case HALF_OPEN -> 0.5;
              case OPEN, FORCED_OPEN -> 1.0;
            });
  }

  private AtomicReference<Double> openness(String dependency) {
    return dependencies.computeIfAbsent(
        dependency,
        name -> {
          AtomicReference<Double> open = new AtomicReference<>(0.0);
          Gauge.builder("redrive.dependency.open", open, AtomicReference::get)
              .description("1 while the breaker of the dependency is open, 0.5 while half-open")
              .tag("queue", queue)
              .tag("dependency", name)
              .strongReference(true)
              .register(registry);
          return open;
        });
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).tag("queue", queue).register(registry);
  }

  private Timer handler(String outcome) {
    return timer("redrive.handler", "How long attempts took")
        .tag("outcome", outcome)
        .register(registry);
  }

  private Timer.Builder timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(BUCKETS)
        .tag("queue", queue);
  }
}
