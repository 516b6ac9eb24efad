// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which failures a rule is for. Of each list one entry must fit, and all lists that are not empty
 * must have one that does.
 *
 * @param statuses of the HTTP answer
 * @param exceptions names of classes, simple or full, looked for in the whole chain of causes
 * @param sqlStates whole SQLSTATEs or beginnings of them
 * @param test what the exception that fits must pass as well
 */
record Condition(
    List<StatusRange> statuses,
    List<String> exceptions,
    List<String> sqlStates,
    Optional<Predicate<Throwable>> test) {

  Condition {
    statuses = List.copyOf(statuses);
    exceptions = List.copyOf(exceptions);
    sqlStates = List.copyOf(sqlStates);
  }

  private record TypedTest<E extends Throwable>(Class<E> type, Predicate<? super E> test)
      implements Predicate<Throwable> {
    @Override
    public boolean test(Throwable throwable) {
      return type.isInstance(throwable) && test.test(type.cast(throwable));
    }
  }

  private record Hit(Throwable cause, Class<?> as) {}

  static Condition exception(Class<? extends Throwable> type) {
    return new Condition(List.of(), List.of(type.getName()), List.of(), Optional.empty());
  }

  static <E extends Throwable> Condition exception(Class<E> type, Predicate<? super E> test) {
    return new Condition(
        List.of(), List.of(type.getName()), List.of(), Optional.of(new TypedTest<>(type, test)));
  }

  static Condition status(List<StatusRange> statuses) {
    return new Condition(statuses, List.of(), List.of(), Optional.empty());
  }

  static Condition sqlState(List<String> sqlStates) {
    return new Condition(List.of(), List.of(), sqlStates, Optional.empty());
  }

  boolean matches(Causes causes) {
    return (statuses.isEmpty() || hasStatus(causes.httpStatus()))
        && (sqlStates.isEmpty() || hasSqlState(causes.sqlState()))
        && (exceptions.isEmpty() || hit(causes).isPresent());
  }

  /** Whether the class of the verdict, not just one that it extends, is what this asks for. */
  boolean names(VerdictException verdict) {
    return exceptions.stream()
        .flatMap(name -> ExceptionNames.match(name, verdict.getClass()).stream())
        .anyMatch(VerdictException.class::isAssignableFrom);
  }

  private boolean hasStatus(OptionalInt status) {
    return status.isPresent()
        && statuses.stream().anyMatch(range -> range.contains(status.getAsInt()));
  }

  private boolean hasSqlState(Optional<String> state) {
    return state.isPresent() && sqlStates.stream().anyMatch(state.get()::startsWith);
  }

  private Optional<Hit> hit(Causes causes) {
    for (Throwable cause : causes.chain()) {
      for (String name : exceptions) {
        Optional<Class<?>> type = ExceptionNames.match(name, cause.getClass());
        if (type.isPresent() && test.map(t -> t.test(cause)).orElse(true)) {
          return Optional.of(new Hit(cause, type.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** For people: why this matches. */
  String whyMatching(Causes causes) {
    List<String> reasons = new ArrayList<>();
    if (!statuses.isEmpty()) {
      reasons.add(status(causes));
    }
    if (!sqlStates.isEmpty()) {
      reasons.add(sqlState(causes));
    }
    hit(causes).ifPresent(hit -> reasons.add(kinship(hit)));
    return String.join(", ", reasons);
  }

  /** For people: why this does not match. */
  String whyNot(Causes causes) {
    if (!statuses.isEmpty() && !hasStatus(causes.httpStatus())) {
      return status(causes);
    }
    if (!sqlStates.isEmpty() && !hasSqlState(causes.sqlState())) {
      return sqlState(causes);
    }
    return (test.isPresent() ? "none that passes its test in " : "not in ") + causes.names();
  }

  private static String status(Causes causes) {
    OptionalInt status = causes.httpStatus();
    return status.isPresent()
        ? "the HTTP status is " + status.getAsInt()
        : "the failure has no HTTP status";
  }

  private static String sqlState(Causes causes) {
    return causes
        .sqlState()
        .map(state -> "the SQL state is " + state)
        .orElse("the failure has no SQL state");
  }

  private static String kinship(Hit hit) {
    Class<?> type = hit.cause().getClass();
    return hit.as().equals(type)
        ? "there is a " + type.getName()
        : type.getName() + " is a " + hit.as().getName();
  }

  /** For people, and part of the rule's name: {@code status 409, 5xx and sqlState 40001}. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    if (!statuses.isEmpty()) {
      parts.add(
          "status " + statuses.stream().map(Object::toString).collect(Collectors.joining(", ")));
    }
    if (!sqlStates.isEmpty()) {
      parts.add("sqlState " + String.join(", ", sqlStates));
    }
    if (!exceptions.isEmpty()) {
      parts.add("exception " + String.join(", ", exceptions));
    }
    test.ifPresent(t -> parts.add("a test"));
    return String.join(" and ", parts);
  }
}
