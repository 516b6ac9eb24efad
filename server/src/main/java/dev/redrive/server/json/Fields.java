// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.json;

import dev.redrive.InvalidOptionsException;
import dev.redrive.retry.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The fields of one object of a configuration or a request. Each getter names a field that may be
 * there; {@link #end} refuses all others. Mistakes are collected, so that all are told at once: a
 * getter of a field with a mistake answers empty. Not thread-safe.
 */
public final class Fields {
  private final String path;
  private final Map<?, ?> values;
  private final List<String> problems;
  private final Set<String> known = new LinkedHashSet<>();

  private Fields(String path, Map<?, ?> values, List<String> problems) {
    this.path = path;
    this.values = values;
    this.problems = problems;
  }

  /** Starts at the root of a tree. */
  public static Fields of(Map<String, ?> values) {
    return new Fields("", values, new ArrayList<>());
  }

  /** A text that is not empty. */
  public Optional<String> text(String name) {
    return typed(name, String.class, "a text").filter(text -> isNotEmpty(name, text));
  }

  /** A text, which may be empty. */
  public Optional<String> anyText(String name) {
    return typed(name, String.class, "a text");
  }

  /** A text that the function understands; what it throws is the mistake. */
  public <T> Optional<T> parsed(String name, Function<String, T> parser) {
    return text(name).flatMap(text -> attempt(name, () -> parser.apply(text)));
  }

  /** A duration within these bounds, both included. */
  public Optional<Duration> duration(String name, Duration min, Duration max) {
    return parsed(name, DurationText::parse)
        .filter(
            duration -> {
              boolean isWithin = duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0;
              if (!isWithin) {
                problem(
                    name,
                    "must be " + DurationText.format(min) + " to " + DurationText.format(max));
              }
              return isWithin;
            });
  }

  /** A time. */
  public Optional<Instant> time(String name) {
    return parsed(name, TimeText::parse);
  }

  /** A whole number within these bounds, both included. */
  public OptionalLong number(String name, long min, long max) {
    Optional<Number> number = typed(name, Number.class, "a whole number");
    if (number.isEmpty()) {
      return OptionalLong.empty();
    }
    boolean isWhole = number.get() instanceof Integer || number.get() instanceof Long;
    if (!isWhole || number.get().longValue() < min || number.get().longValue() > max) {
      problem(name, "must be a whole number from " + min + " to " + max);
      return OptionalLong.empty();
    }
    return OptionalLong.of(number.get().longValue());
  }

  /** True or false; false if it is not there. */
  public boolean flag(String name) {
    return typed(name, Boolean.class, "true or false").orElse(false);
  }

  /** An object. */
  public Optional<Fields> object(String name) {
    return typed(name, Map.class, "an object")
        .map(values -> new Fields(place(name), values, problems));
  }

  /** An object whose fields are names of the user's choice. */
  public Map<String, Fields> objects(String name) {
    Map<String, Fields> all = new LinkedHashMap<>();
    object(name)
        .ifPresent(
            object ->
                object
                    .names()
                    .forEach(
                        each -> object.object(each).ifPresent(fields -> all.put(each, fields))));
    return all;
  }

  /** An object as it is, for a reader of its own. */
  public Optional<Map<String, Object>> tree(String name) {
    return typed(name, Map.class, "an object")
        .map(
            values -> {
              Map<String, Object> tree = new LinkedHashMap<>();
              for (Object each : values.keySet()) {
                tree.put(String.valueOf(each), values.get(each));
              }
              return tree;
            });
  }

  /** An object of texts. */
  public Map<String, String> texts(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    object(name)
        .ifPresent(
            object ->
                object
                    .names()
                    .forEach(
                        each -> object.anyText(each).ifPresent(text -> texts.put(each, text))));
    return texts;
  }

  /** A list of objects; empty if it is not there. */
  public List<Fields> list(String name) {
    List<Fields> all = new ArrayList<>();
    List<?> items = typed(name, List.class, "a list").orElse(List.of());
    for (int i = 0; i < items.size(); i++) {
      String place = name + "[" + i + "]";
      if (items.get(i) instanceof Map<?, ?> values) {
        all.add(new Fields(place(place), values, problems));
      } else {
        problem(place, "must be an object");
      }
    }
    return all;
  }

  /** A list of texts without repetition; empty if it is not there. */
  public Set<String> textSet(String name) {
    Set<String> all = new LinkedHashSet<>();
    for (Object item : typed(name, List.class, "a list of texts").orElse(List.of())) {
      if (item instanceof String text && !text.isEmpty()) {
        all.add(text);
      } else {
        problem(name, "must be a list of texts that are not empty");
      }
    }
    return all;
  }

  /** True if the field is there, whatever it holds. */
  public boolean has(String name) {
    known.add(name);
    return values.get(name) != null;
  }

  /** Adds a mistake at a field. */
  public void problem(String name, String mistake) {
    problems.add(place(name) + " " + mistake);
  }

  /** Adds a mistake as it is. */
  public void problem(String mistake) {
    problems.add(path.isEmpty() ? mistake : path + ": " + mistake);
  }

  /** What the attempt gives; what it throws of arguments and options is the field's mistake. */
  public <T> Optional<T> attempt(String name, Supplier<T> attempt) {
    return attempt(attempt, mistake -> problem(name, mistake));
  }

  /** What the attempt gives; what it throws of arguments and options is this object's mistake. */
  public <T> Optional<T> attempt(Supplier<T> attempt) {
    return attempt(attempt, this::problem);
  }

  private static <T> Optional<T> attempt(Supplier<T> attempt, Consumer<String> mistakes) {
    try {
      return Optional.of(attempt.get());
    } catch (InvalidOptionsException e) {
      e.problems().forEach(mistakes);
    } catch (IllegalArgumentException e) {
      mistakes.accept(String.valueOf(e.getMessage()));
    }
    return Optional.empty();
  }

  /** Where a field of this object stands in the tree, for messages. */
  public String place(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** All mistakes so far, of the whole tree. */
  public List<String> problems() {
    return problems;
  }

  /** Refuses the fields that nobody asked for. */
  public void end() {
    for (String name : names()) {
      if (!known.contains(name)) {
        String hint = Nearest.hint(name, known);
        problem(name, "is unknown" + (hint.isEmpty() ? known() : hint));
      }
    }
  }

  private String known() {
    return known.isEmpty() ? ": nothing is asked for here" : "; known are " + known;
  }

  /**
   * Refuses the fields that nobody asked for, and throws if there is any mistake in the tree.
   *
   * @throws InvalidOptionsException naming every mistake
   */
  public void endOrThrow(String subject) {
    end();
    if (!problems.isEmpty()) {
      throw new InvalidOptionsException(subject, problems.stream().distinct().toList());
    }
  }

  private List<String> names() {
    return values.keySet().stream().map(String::valueOf).toList();
  }

  private boolean isNotEmpty(String name, String text) {
    if (text.isEmpty()) {
      problem(name, "must not be empty");
    }
    return !text.isEmpty();
  }

  private <T> Optional<T> typed(String name, Class<T> type, String expected) {
    known.add(name);
    Object value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      problem(name, "must be " + expected);
      return Optional.empty();
    }
    return Optional.of(type.cast(value));
  }
}
