// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Event;
import dev.redrive.gate.Breaker;
import dev.redrive.retry.Reason;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MicrometerListenerTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MicrometerListener listener = new MicrometerListener(registry);

  private double count(String name, String... tags) {
    return registry.get(name).tag("queue", "orders").tags(tags).counter().count();
  }

  private Timer timer(String name, String... tags) {
    return registry.get(name).tag("queue", "orders").tags(tags).timer();
  }

  @Test
  void messages_are_counted_by_what_became_of_them() {
    listener.on(new Event.Sent("orders", NOW, "a", false));
    listener.on(new Event.Sent("orders", NOW, "a", true));
    listener.on(new Event.Started("orders", NOW, "a", 1, Duration.ofMillis(3)));
    listener.on(
        new Event.Retried("orders", NOW, "a", 1, Duration.ofMillis(20), NOW.plusSeconds(1), "x"));
    listener.on(new Event.Started("orders", NOW, "a", 2, Duration.ofMillis(7)));
    listener.on(new Event.Succeeded("orders", NOW, "a", 2, Duration.ofMillis(40)));
    listener.on(new Event.Deferred("orders", NOW, "b", NOW, "not yet"));
    listener.on(new Event.Cancelled("orders", NOW, "b"));

    assertThat(count("redrive.sent")).isEqualTo(1);
    assertThat(count("redrive.duplicates")).isEqualTo(1);
    assertThat(count("redrive.attempts")).isEqualTo(2);
    assertThat(count("redrive.retried")).isEqualTo(1);
    assertThat(count("redrive.succeeded")).isEqualTo(1);
    assertThat(count("redrive.deferred")).isEqualTo(1);
    assertThat(count("redrive.cancelled")).isEqualTo(1);
    assertThat(timer("redrive.lateness").totalTime(TimeUnit.MILLISECONDS)).isEqualTo(10);
    assertThat(timer("redrive.handler", "outcome", "failed").totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(20);
    assertThat(timer("redrive.handler", "outcome", "succeeded").totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(40);
  }

  @Test
  void lateness_has_a_histogram() {
    listener.on(new Event.Started("orders", NOW, "a", 1, Duration.ofMillis(3)));

    assertThat(timer("redrive.lateness").takeSnapshot().histogramCounts())
        .anyMatch(bucket -> bucket.bucket(TimeUnit.MILLISECONDS) == 1 && bucket.count() == 0)
        .anyMatch(bucket -> bucket.bucket(TimeUnit.MILLISECONDS) == 5 && bucket.count() == 1);
  }

  @Test
  void deaths_are_counted_by_reason() {
    listener.on(new Event.Died("orders", NOW, "a", 3, Reason.ATTEMPTS_EXHAUSTED, "x"));
    listener.on(new Event.Died("orders", NOW, "b", 3, Reason.ATTEMPTS_EXHAUSTED, "x"));
    listener.on(new Event.Died("orders", NOW, "c", 1, Reason.REJECTED, "x"));

    assertThat(count("redrive.died", "reason", "attempts-exhausted")).isEqualTo(2);
    assertThat(count("redrive.died", "reason", "rejected")).isEqualTo(1);
    assertThat(count("redrive.died", "reason", "expired")).isZero();
  }

  @Test
  void what_people_do_is_counted() {
    listener.on(new Event.Replayed("orders", NOW, 5));
    listener.on(new Event.Purged("orders", NOW, 7));

    assertThat(count("redrive.replayed")).isEqualTo(5);
    assertThat(count("redrive.purged")).isEqualTo(7);
  }

  @Test
  void a_pause_can_be_seen() {
    listener.on(new Event.Paused("orders", NOW, "why", Optional.empty()));
    assertThat(registry.get("redrive.paused").gauge().value()).isEqualTo(1);

    listener.on(new Event.Resumed("orders", NOW));
    assertThat(registry.get("redrive.paused").gauge().value()).isZero();
  }

  @Test
  void a_dependency_that_is_down_can_be_seen() {
    for (Breaker.State state : Breaker.State.values()) {
      listener.on(new Event.DependencyChanged("orders", NOW, "psp", state, "why"));
      double expected =
          switch (state) {
            case CLOSED, FORCED_CLOSED -> 0;
            case HALF_OPEN -> 0.5;
            case OPEN, FORCED_OPEN -> 1;
          };
      assertThat(registry.get("redrive.dependency.open").tag("dependency", "psp").gauge().value())
          .as(state.toString())
          .isEqualTo(expected);
    }
  }

  @Test
  void queues_are_told_apart() {
    listener.on(new Event.Sent("orders", NOW, "a", false));
    listener.on(new Event.Sent("mails", NOW, "a", false));

    assertThat(count("redrive.sent")).isEqualTo(1);
    assertThat(registry.get("redrive.sent").tag("queue", "mails").counter().count()).isEqualTo(1);
  }
}
