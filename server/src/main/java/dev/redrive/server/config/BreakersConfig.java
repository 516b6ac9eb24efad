// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.gate.BreakerFactory;
import dev.redrive.guard.resilience4j.Resilience4jBreakers;
import dev.redrive.server.json.Fields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The circuit breakers of dependencies.
 *
 * @param general makes those that are not named
 * @param named make those of these dependencies
 */
public record BreakersConfig(BreakerFactory general, Map<String, BreakerFactory> named) {

  /** Copies the map. */
  public BreakersConfig {
    named = Map.copyOf(named);
  }

  /** Resilience4j's: half of the last 20 calls failed; 5 seconds, growing to 30; 3 canaries. */
  public static BreakersConfig defaults() {
    return new BreakersConfig(Resilience4jBreakers.builder().build(), Map.of());
  }

  /** Makes all of them. */
  public BreakerFactory factory() {
    BreakerFactory factory = general;
    for (Map.Entry<String, BreakerFactory> each : named.entrySet()) {
      factory = factory.with(each.getKey(), each.getValue());
    }
    return factory;
  }

  static BreakersConfig read(Fields fields) {
    Map<String, Fields> dependencies = fields.objects("dependencies");
    BreakerFactory general = BreakerReader.read(List.of(fields));
    Map<String, BreakerFactory> named = new LinkedHashMap<>();
    dependencies.forEach(
        (name, each) -> named.put(name, BreakerReader.read(List.of(fields, each))));
    return new BreakersConfig(general, named);
  }
}
