// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each rule is tried on classes that break it: a rule that finds nothing protects nothing. */
class PlantedViolationsTest {

  private static final String PLANTED = "dev.redrive.arch.planted";

  private static final Map<String, String> MODULES =
      Map.of(
          PLANTED + ".api", "api",
          PLANTED + ".core", "core",
          PLANTED + ".alpha", "transports/alpha",
          PLANTED + ".beta", "transports/beta");

  private static final JavaClasses CLASSES = new ClassFileImporter().importPackages(PLANTED);

  private static final Rules RULES = new Rules(PlantedViolationsTest::moduleOf);

  @Test
  void use_of_another_transport_is_found() {
    assertThat(violations(RULES.modules_use_what_the_table_allows()))
        .anyMatch(line -> line.startsWith("transports/alpha may not use transports/beta"));
  }

  @Test
  void use_of_a_transport_by_core_is_found() {
    assertThat(violations(RULES.modules_use_what_the_table_allows()))
        .anyMatch(line -> line.startsWith("core may not use transports/alpha"));
  }

  @Test
  void use_of_core_by_a_transport_is_found() {
    assertThat(violations(RULES.modules_use_what_the_table_allows()))
        .anyMatch(line -> line.startsWith("transports/beta may not use core"));
  }

  @Test
  void use_of_a_library_by_the_api_is_found() {
    assertThat(violations(RULES.module_uses_no_library_but("api", "java..")))
        .anyMatch(line -> line.contains("com.tngtech.archunit"));
  }

  @Test
  void cycle_of_packages_is_found() {
    assertThat(violations(RULES.packages_have_no_cycles()))
        .anyMatch(line -> line.contains("Cycle detected") && line.contains(PLANTED));
  }

  @Test
  void every_touch_of_the_real_world_is_found() {
    List<String> found = violations(RULES.only_the_system_runtime_touches_the_real_world());

    assertThat(
            CLASSES.get(PLANTED + ".core.TouchesTheRealWorld").getMethods().stream()
                .filter(method -> !method.getName().startsWith("lambda$"))
                .map(method -> method.getName()))
        .isNotEmpty()
        .allSatisfy(
            method ->
                assertThat(found)
                    .as("the violation planted in %s", method)
                    .anyMatch(line -> line.contains("TouchesTheRealWorld." + method + "(")));
    assertThat(found).noneMatch(line -> line.contains("KeepsToItsClock"));
  }

  @Test
  void reading_of_serialized_objects_is_found() {
    assertThat(violations(RULES.nobody_reads_serialized_objects()))
        .anyMatch(line -> line.contains("ReadsObjects"));
  }

  @Test
  void name_that_says_nothing_is_found() {
    assertThat(violations(RULES.names_say_what_a_type_is()))
        .hasSize(1)
        .allMatch(line -> line.contains("ThingManager"));
  }

  @Test
  void rule_without_classes_fails() {
    JavaClasses none = new ClassFileImporter().importPackages("dev.redrive.nowhere");

    assertThatThrownBy(() -> RULES.only_the_system_runtime_touches_the_real_world().check(none))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> RULES.nobody_reads_serialized_objects().check(none))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> RULES.packages_have_no_cycles().check(none))
        .isInstanceOf(AssertionError.class);
  }

  private static List<String> violations(ArchRule rule) {
    return rule.evaluate(CLASSES).getFailureReport().getDetails();
  }

  private static Optional<String> moduleOf(JavaClass type) {
    return Optional.ofNullable(MODULES.get(type.getPackageName()));
  }
}
