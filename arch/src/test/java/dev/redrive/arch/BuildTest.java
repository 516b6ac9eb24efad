// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the poms promise each other. */
class BuildTest {

  @Test
  void classes_live_in_the_package_that_their_module_is_named_after() {
    for (JavaClass type : Build.CLASSES) {
      String module = Build.moduleOf(type).orElseThrow();
      String name = Build.element(module, "module.name").orElseThrow();

      assertThat(type.getName()).as("class of %s", module).startsWith(name + ".");
    }
  }

  @Test
  void no_package_is_split_between_modules() {
    assertThat(
            Build.CLASSES.stream()
                .map(type -> type.getPackageName() + " in " + Build.moduleOf(type).orElseThrow())
                .distinct()
                .map(line -> line.replaceFirst(" in .*", "")))
        .doesNotHaveDuplicates();
  }

  @Test
  void these_rules_are_built_after_every_production_module() {
    assertThat(Build.productionModules())
        .allSatisfy(
            module ->
                assertThat(Build.pom("arch"))
                    .contains("<artifactId>" + artifact(module) + "</artifactId>"));
  }

  @Test
  void bom_lists_what_is_published_and_nothing_else() {
    List<String> published =
        Build.modules().stream()
            .filter(module -> !module.equals("bom"))
            .filter(module -> Build.element(module, "maven.deploy.skip").isEmpty())
            .map(BuildTest::artifact)
            .toList();

    assertThat(Pattern.compile("<artifactId>(redrive-[^<]+)").matcher(Build.pom("bom")).results())
        .extracting((MatchResult match) -> match.group(1))
        .filteredOn(name -> !name.equals("redrive-bom"))
        .containsExactlyInAnyOrderElementsOf(published);
  }

  @Test
  void only_a_module_without_types_leaves_its_dependencies_unchecked() {
    assertThat(Build.productionModules())
        .filteredOn(module -> Build.element(module, "mdep.analyze.skip").isPresent())
        .allSatisfy(
            module ->
                assertThat(Build.typeCount(module))
                    .as("types of %s; delete mdep.analyze.skip from its pom", module)
                    .isZero());
  }

  private static String artifact(String module) {
    return Build.element(module, "artifactId").orElseThrow();
  }
}
