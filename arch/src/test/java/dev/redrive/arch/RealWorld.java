// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The calls that take time, chance or a thread from the machine instead of from what was injected.
 * Method references count like calls.
 */
final class RealWorld {

  private static final String CONSTRUCTOR = "<init>";

  /** Methods that are out of bounds whatever their arguments, by the class that declares them. */
  private static final Map<String, Pattern> METHODS =
      Map.ofEntries(
          Map.entry("java.lang.System", Pattern.compile("currentTimeMillis|nanoTime")),
          Map.entry("java.time.Clock", Pattern.compile("system.*|tick(Millis|Seconds|Minutes)")),
          Map.entry(
              "java.lang.Thread", Pattern.compile("sleep|ofVirtual|ofPlatform|startVirtualThread")),
          Map.entry("java.util.concurrent.TimeUnit", Pattern.compile("sleep")),
          Map.entry("java.lang.Math", Pattern.compile("random")),
          Map.entry("java.util.UUID", Pattern.compile("randomUUID")),
          Map.entry("java.util.concurrent.ThreadLocalRandom", Pattern.compile("current")),
          Map.entry("java.util.random.RandomGenerator", Pattern.compile("of|getDefault")),
          Map.entry("java.util.concurrent.Executors", Pattern.compile("new.*")),
          Map.entry("java.util.concurrent.ForkJoinPool", Pattern.compile("commonPool")),
          Map.entry(
              "java.util.concurrent.CompletableFuture",
              Pattern.compile("orTimeout|completeOnTimeout|delayedExecutor")));

  private RealWorld() {}

  /** Violated by each access to the real clock, to real randomness or to new threads. */
  static ArchCondition<JavaClass> touchTheRealWorld() {
    return new ArchCondition<>("take time, randomness or threads from the machine") {
      @Override
      public void check(JavaClass user, ConditionEvents events) {
        accesses(user)
            .filter(access -> isReal(access.getTarget()))
            .forEach(
                access ->
                    events.add(SimpleConditionEvent.satisfied(access, access.getDescription())));
      }
    };
  }

  private static Stream<? extends JavaAccess<?>> accesses(JavaClass user) {
    return Stream.of(
            user.getAccessesFromSelf(),
            user.getMethodReferencesFromSelf(),
            user.getConstructorReferencesFromSelf())
        .flatMap(found -> found.stream())
        .distinct();
  }

  private static boolean isReal(AccessTarget target) {
    if (!(target instanceof CodeUnitAccessTarget unit)) {
      return false;
    }
    Pattern methods = METHODS.get(unit.getOwner().getName());
    return (methods != null && methods.matcher(unit.getName()).matches())
        || isNowWithoutClock(unit)
        || isUnseenExecutor(unit)
        || makesChanceOrThreads(unit);
  }

  private static boolean isNowWithoutClock(CodeUnitAccessTarget unit) {
    return unit.getOwner().getPackageName().equals("java.time")
        && unit.getName().equals("now")
        && !takes(unit, type -> type.isAssignableTo(Clock.class));
  }

  /** {@code thenApplyAsync(f)} and its kin run on the common pool unless an executor is named. */
  private static boolean isUnseenExecutor(CodeUnitAccessTarget unit) {
    return unit.getOwner().isAssignableTo(CompletionStage.class)
        && unit.getName().endsWith("Async")
        && !takes(unit, type -> type.isAssignableTo(Executor.class));
  }

  private static boolean makesChanceOrThreads(CodeUnitAccessTarget unit) {
    JavaClass made = unit.getOwner();
    return unit.getName().equals(CONSTRUCTOR)
        && (made.isAssignableTo(Thread.class)
            || made.isAssignableTo(Random.class)
            || made.getName().equals("java.util.SplittableRandom")
            || made.getName().equals("java.util.Timer")
            || makesItsOwnThreads(unit));
  }

  /**
   * A pool of the JDK's; one that is given a thread factory runs on the threads of whoever gave it.
   */
  private static boolean makesItsOwnThreads(CodeUnitAccessTarget unit) {
    JavaClass made = unit.getOwner();
    return made.isAssignableTo(ExecutorService.class)
        && made.getPackageName().startsWith("java.")
        && !takes(unit, type -> type.isAssignableTo(ThreadFactory.class));
  }

  private static boolean takes(CodeUnitAccessTarget unit, Predicate<JavaClass> type) {
    return unit.getRawParameterTypes().stream().anyMatch(type);
  }
}
