// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.gate.BreakerFactory;
import dev.redrive.guard.resilience4j.Resilience4jBreakers;
import dev.redrive.server.json.Fields;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The circuit breakers of all dependencies.
 *
 * @param factory makes them
 */
public record BreakersConfig(BreakerFactory factory) {
  private static final int PERCENT = 100;
  private static final int CALLS_MAX = 10_000;
  private static final Duration OPEN_MIN = Duration.ofMillis(10);
  private static final Duration OPEN_MAX = Duration.ofDays(1);

  /** Half of the last 20 calls failed; 5 seconds, growing to 30; 3 canaries. */
  public static BreakersConfig defaults() {
    return new BreakersConfig(Resilience4jBreakers.builder().build());
  }

  static BreakersConfig read(Fields fields) {
    Resilience4jBreakers.Builder builder = Resilience4jBreakers.builder();
    number(fields, "failurePercent", PERCENT, each -> builder.failureRate((double) each / PERCENT));
    number(fields, "window", CALLS_MAX, builder::window);
    number(fields, "minimumCalls", CALLS_MAX, builder::minimumCalls);
    number(fields, "canaries", CALLS_MAX, builder::canaries);
    duration(fields, "openFor").ifPresent(builder::openFor);
    duration(fields, "openForMax").ifPresent(builder::openForMax);
    fields.end();
    Supplier<BreakersConfig> made = () -> new BreakersConfig(builder.build());
    return fields.problems().isEmpty()
        ? fields.attempt(made).orElseGet(BreakersConfig::defaults)
        : defaults();
  }

  private static void number(Fields fields, String name, int max, IntConsumer setting) {
    fields.number(name, 1, max).ifPresent(each -> setting.accept((int) each));
  }

  private static Optional<Duration> duration(Fields fields, String name) {
    return fields.duration(name, OPEN_MIN, OPEN_MAX);
  }
}
