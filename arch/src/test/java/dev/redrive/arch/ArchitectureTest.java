// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The rules, held against every production class. */
class ArchitectureTest {

  private static final Rules RULES = new Rules(Build::moduleOf);

  @Test
  void classes_of_every_production_module_were_found() {
    assertThat(Build.productionModules()).contains("api", "spi", "core", "transports/memory");
    assertThat(Build.productionModules())
        .allSatisfy(
            module ->
                assertThat(Build.CLASSES)
                    .as("classes of %s; compile all modules before this one", module)
                    .anyMatch(type -> Build.moduleOf(type).equals(java.util.Optional.of(module))));
  }

  @Test
  void modules_use_what_the_table_allows() {
    assertThat(Build.productionModules()).allMatch(ModuleTable::knows);
    check(RULES.modules_use_what_the_table_allows());
  }

  @Test
  void api_uses_the_jdk_alone() {
    check(RULES.module_uses_no_library_but("api", "java..", "org.jspecify.annotations"));
  }

  @Test
  void spi_uses_the_jdk_alone() {
    check(RULES.module_uses_no_library_but("spi", "java..", "org.jspecify.annotations"));
  }

  @Test
  void core_uses_the_jdk_and_a_logger() {
    check(
        RULES.module_uses_no_library_but(
            "core", "java..", "org.jspecify.annotations", "org.slf4j.."));
  }

  @Test
  void testkit_uses_the_jdk_and_the_test_libraries() {
    check(
        RULES.module_uses_no_library_but(
            "testkit",
            "java..",
            "org.jspecify.annotations",
            "org.junit..",
            "org.opentest4j..",
            "org.assertj.."));
  }

  @Test
  void packages_have_no_cycles() {
    check(RULES.packages_have_no_cycles());
  }

  @Test
  void only_the_system_runtime_touches_the_real_world() {
    check(RULES.only_the_system_runtime_touches_the_real_world());
  }

  @Test
  void nobody_reads_serialized_objects() {
    check(RULES.nobody_reads_serialized_objects());
  }

  @Test
  void names_say_what_a_type_is() {
    check(RULES.names_say_what_a_type_is());
  }

  private static void check(ArchRule rule) {
    rule.check(Build.CLASSES);
  }
}
