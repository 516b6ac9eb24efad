// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.gate.BreakerFactory;
import dev.redrive.guard.resilience4j.Resilience4jBreakers;
import dev.redrive.guard.sentinel.SentinelBreakers;
import dev.redrive.server.json.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Reads the settings of breakers from layers: those of all dependencies, then those of one, which
 * go before. Where the two are of different kinds, one takes from all what both kinds know.
 */
final class BreakerReader {
  private static final int PERCENT = 100;
  private static final int CALLS_MAX = 10_000;
  private static final int FAILURES_MAX = 1_000_000;
  private static final Duration TIME_MIN = Duration.ofMillis(10);
  private static final Duration INTERVAL_MIN = Duration.ofMillis(100);
  private static final Duration TIME_MAX = Duration.ofDays(1);

  private final Fields fields;
  private final BreakerKind kind;

  private BreakerReader(Fields fields, BreakerKind kind) {
    this.fields = fields;
    this.kind = kind;
  }

  /**
   * The factory that the layers ask for. Their mistakes are added to those of the fields, and the
   * defaults are given then.
   */
  static BreakerFactory read(List<Fields> layers) {
    List<BreakerReader> readers = new ArrayList<>();
    BreakerKind kind = BreakerKind.RESILIENCE4J;
    for (Fields each : layers) {
      kind = each.parsed("kind", BreakerKind::parse).orElse(kind);
      readers.add(new BreakerReader(each, kind));
    }
    Supplier<BreakerFactory> made =
        switch (kind) {
          case RESILIENCE4J -> resilience4j(readers);
          case SENTINEL -> sentinel(readers);
        };
    Fields last = layers.get(layers.size() - 1);
    last.end();
    return last.problems().isEmpty()
        ? last.attempt(made).orElseGet(BreakerReader::defaults)
        : defaults();
  }

  private static BreakerFactory defaults() {
    return BreakersConfig.defaults().general();
  }

  private static Supplier<BreakerFactory> resilience4j(List<BreakerReader> readers) {
    Resilience4jBreakers.Builder builder = Resilience4jBreakers.builder();
    for (BreakerReader each : readers) {
      each.percent("failurePercent", builder::failureRate);
      each.number("minimumCalls", CALLS_MAX, builder::minimumCalls);
      each.time("openFor", TIME_MIN, builder::openFor);
      each.time("openForMax", TIME_MIN, builder::openForMax);
      if (each.kind == BreakerKind.RESILIENCE4J) {
        each.number("window", CALLS_MAX, builder::window);
        each.number("canaries", CALLS_MAX, builder::canaries);
      }
    }
    return builder::build;
  }

  private static Supplier<BreakerFactory> sentinel(List<BreakerReader> readers) {
    SentinelBreakers.Builder builder = SentinelBreakers.builder();
    for (BreakerReader each : readers) {
      each.percent("failurePercent", builder::failureRate);
      each.number("minimumCalls", CALLS_MAX, builder::minimumCalls);
      each.time("openFor", TIME_MIN, builder::openFor);
      each.time("openForMax", TIME_MIN, builder::openForMax);
      if (each.kind == BreakerKind.SENTINEL) {
        each.ofSentinel(builder);
      }
    }
    return builder::build;
  }

  private void ofSentinel(SentinelBreakers.Builder builder) {
    if (fields.has("failures") && fields.has("failurePercent")) {
      fields.problem("failures", "goes in place of `failurePercent`: leave one of them out");
    }
    number("failures", FAILURES_MAX, builder::failures);
    time("interval", INTERVAL_MIN, builder::interval);
    time("slowCall", TIME_MIN, builder::slowCall);
    percent("slowPercent", builder::slowRate);
  }

  private void percent(String name, DoubleConsumer setting) {
    number(name, PERCENT, each -> setting.accept((double) each / PERCENT));
  }

  private void number(String name, int max, IntConsumer setting) {
    fields.number(name, 1, max).ifPresent(each -> setting.accept((int) each));
  }

  private void time(String name, Duration min, Consumer<Duration> setting) {
    fields.duration(name, min, TIME_MAX).ifPresent(setting);
  }
}
