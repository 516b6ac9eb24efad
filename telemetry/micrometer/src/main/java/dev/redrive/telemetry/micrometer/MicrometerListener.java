// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.micrometer;

import dev.redrive.Event;
import dev.redrive.Listener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts and times what happens, a queue a tag.
 *
 * <pre>{@code
 * redrive.listen(new MicrometerListener(registry));
 * }</pre>
 *
 * <p>The meters are {@code redrive.sent}, {@code redrive.duplicates}, {@code redrive.attempts},
 * {@code redrive.succeeded}, {@code redrive.retried}, {@code redrive.deferred}, {@code
 * redrive.recognised}, {@code redrive.died} (by {@code reason}), {@code redrive.cancelled}, {@code
 * redrive.replayed} and {@code redrive.purged}; the timers {@code redrive.lateness}, from due to
 * started, and {@code redrive.handler} (by {@code outcome}), both with a histogram; and the gauges
 * {@code redrive.paused} and {@code redrive.dependency.open} (by {@code dependency}: 1 while its
 * breaker is open, 0.5 while it is half-open). Thread-safe; an event costs no allocation but for a
 * queue's first ones.
 */
public final class MicrometerListener implements Listener {
  private final MeterRegistry registry;
  private final Map<String, QueueMeters> queues = new ConcurrentHashMap<>();

  /** Registers its meters here, those of a queue with the queue's first event. */
  public MicrometerListener(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void on(Event event) {
    QueueMeters known = queues.get(event.queue());
    QueueMeters meters =
        known == null
            ? queues.computeIfAbsent(event.queue(), name -> new QueueMeters(registry, name))
            : known;
    record(meters, event);
  }

  private static void record(QueueMeters meters, Event event) {
    if (event instanceof Event.Sent sent) {
      (sent.isDuplicate() ? meters.duplicates : meters.sent).increment();
    } else if (event instanceof Event.Started started) {
      meters.attempts.increment();
      meters.lateness.record(started.lateness());
    } else if (event instanceof Event.Succeeded succeeded) {
      meters.succeeded.increment();
      meters.handlerSucceeded.record(succeeded.took());
    } else if (event instanceof Event.Retried retried) {
      meters.retried.increment();
      meters.handlerFailed.record(retried.took());
    } else if (event instanceof Event.Deferred) {
      meters.deferred.increment();
    } else if (event instanceof Event.Recognised) {
      meters.recognised.increment();
    } else if (event instanceof Event.Died died) {
      meters.died(died.reason()).increment();
    } else {
      recordByHand(meters, event);
    }
  }

  /** What people and not messages do. */
  private static void recordByHand(QueueMeters meters, Event event) {
    if (event instanceof Event.Cancelled) {
      meters.cancelled.increment();
    } else if (event instanceof Event.Replayed replayed) {
      meters.replayed.increment(replayed.count());
    } else if (event instanceof Event.Purged purged) {
      meters.purged.increment(purged.count());
    } else if (event instanceof Event.Paused) {
      meters.paused.set(1);
    } else if (event instanceof Event.Resumed) {
      meters.paused.set(0);
    } else if (event instanceof Event.DependencyChanged changed) {
      meters.dependency(changed.dependency(), changed.state());
    }
  }
}
