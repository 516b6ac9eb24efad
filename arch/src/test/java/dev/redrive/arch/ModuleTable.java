// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which module may use which other. A folder of modules ({@code transports}, {@code codecs}) has
 * one line, and its modules never use each other.
 */
final class ModuleTable {

  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("api", Set.of()),
          Map.entry("spi", Set.of("api")),
          Map.entry("core", Set.of("api", "spi")),
          Map.entry("testkit", Set.of("api", "spi")),
          Map.entry("transports", Set.of("api", "spi")),
          Map.entry("guards", Set.of("api")),
          Map.entry("codecs", Set.of("api")),
          Map.entry("stores", Set.of("api")),
          Map.entry("telemetry", Set.of("api")),
          Map.entry("spring", Set.of("api", "spi", "core")),
          Map.entry(
              "server", Set.of("api", "spi", "core", "codecs", "guards", "stores", "telemetry")),
          Map.entry("cli", Set.of("api", "spi", "core", "codecs", "stores", "telemetry", "server")),
          Map.entry(
              "examples",
              Set.of(
                  "api", "spi", "core", "codecs", "guards", "stores", "telemetry", "transports")),
          Map.entry(
              "benchmarks",
              Set.of(
                  "api",
                  "spi",
                  "core",
                  "codecs",
                  "guards",
                  "telemetry",
                  "transports",
                  "server",
                  "testkit")));

  private ModuleTable() {}

  static boolean knows(String module) {
    return MAY_USE.containsKey(line(module));
  }

  /** Every use of a class of another module stands in the table. */
  static ArchCondition<JavaClass> useOnlyModulesOfTheTable(
      Function<JavaClass, Optional<String>> moduleOf) {
    return new ArchCondition<>("use only the modules that the table allows") {
      @Override
      public void check(JavaClass user, ConditionEvents events) {
        String from = moduleOf.apply(user).orElseThrow();
        for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
          moduleOf
              .apply(dependency.getTargetClass().getBaseComponentType())
              .filter(to -> !allowed(from, to))
              .ifPresent(
                  to ->
                      events.add(
                          SimpleConditionEvent.violated(
                              dependency,
                              from + " may not use " + to + ": " + dependency.getDescription())));
        }
      }
    };
  }

  private static boolean allowed(String from, String to) {
    if (from.equals(to)) {
      return true;
    }
    return MAY_USE.getOrDefault(line(from), Set.of()).contains(line(to));
  }

  private static String line(String module) {
    int slash = module.indexOf('/');
    return slash < 0 ? module : module.substring(0, slash);
  }
}
