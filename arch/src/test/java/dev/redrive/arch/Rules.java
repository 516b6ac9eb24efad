// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.ObjectInputStream;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The rules, apart from the classes that they are about, so that each can also be tried on classes
 * that break it. There is no list of exemptions: a rule starts green or is not added.
 */
final class Rules {

  /** Where the real clock, timers, randomness and executors are made, to be injected. */
  private static final String SYSTEM_RUNTIME = "dev.redrive.core.SystemRuntime";

  private static final Set<String> RUN_ON_VIRTUAL_TIME = Set.of("api", "spi", "core", "transports");

  private final Function<JavaClass, Optional<String>> moduleOf;

  Rules(Function<JavaClass, Optional<String>> moduleOf) {
    this.moduleOf = moduleOf;
  }

  ArchRule modules_use_what_the_table_allows() {
    return classes()
        .that(in("production", module -> true))
        .should(ModuleTable.useOnlyModulesOfTheTable(moduleOf));
  }

  /** Our own packages are the business of the table. */
  ArchRule module_uses_no_library_but(String module, String... packages) {
    return classes()
        .that(in(module, module::equals))
        .should()
        .onlyDependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("dev.redrive..")
                .or(JavaClass.Predicates.resideInAnyPackage(packages)));
  }

  ArchRule packages_have_no_cycles() {
    return slices().assignedFrom(EACH_PACKAGE).should().beFreeOfCycles();
  }

  ArchRule only_the_system_runtime_touches_the_real_world() {
    return noClasses()
        .that(in("api, spi, core, transports", Rules::runsOnVirtualTime))
        .and(DescribedPredicate.not(systemRuntime()))
        .should(RealWorld.touchTheRealWorld())
        .because("the engine and the transports run on virtual time: inject what the runtime made");
  }

  ArchRule nobody_reads_serialized_objects() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ObjectInputStream.class)
        .because("reading objects runs code that the sender chose");
  }

  ArchRule names_say_what_a_type_is() {
    return classes()
        .should()
        .haveNameNotMatching(".*[.$](Abstract\\w*|\\w*(Utils?|Manager|Helper|Impl))")
        .because("such a name says nothing about what the type does");
  }

  private static boolean runsOnVirtualTime(String module) {
    return RUN_ON_VIRTUAL_TIME.contains(module.replaceFirst("/.*", ""));
  }

  private static DescribedPredicate<JavaClass> systemRuntime() {
    return DescribedPredicate.describe(
        "are not the system runtime",
        type -> type.getName().replaceFirst("\\$.*", "").equals(SYSTEM_RUNTIME));
  }

  private DescribedPredicate<JavaClass> in(String name, Function<String, Boolean> wanted) {
    return DescribedPredicate.describe(
        "are in " + name, type -> moduleOf.apply(type).map(wanted).orElse(false));
  }

  private static final SliceAssignment EACH_PACKAGE =
      new SliceAssignment() {
        @Override
        public String getDescription() {
          return "packages";
        }

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return type.getPackageName().startsWith("dev.redrive")
              ? SliceIdentifier.of(type.getPackageName())
              : SliceIdentifier.ignore();
        }
      };
}
