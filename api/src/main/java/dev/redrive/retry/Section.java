// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One map of a configuration, read key by key. A value that is not what it should be is noted in
 * the draft as a problem at its path and read as absent, so that reading goes on to the next
 * mistake. A key without a value, as YAML allows it, is absent as well.
 */
final class Section {

  private static final int SHOWN_MAX = 80;

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final String path;
  private final PolicyDraft draft;

  Section(Map<?, ?> map, String path, PolicyDraft draft) {
    map.forEach(
        (key, value) -> {
          if (value != null) {
            values.put(String.valueOf(key), value);
          }
        });
    this.path = path;
    this.draft = draft;
  }

  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  boolean hasAny(Collection<String> keys) {
    return keys.stream().anyMatch(this::has);
  }

  /** The map as a whole, as the place of a problem. */
  String path() {
    return path;
  }

  int problemCount() {
    return draft.problemCount();
  }

  void problem(String key, String message) {
    draft.problem(path(key), message);
  }

  /** Notes every key that is not one of these. */
  void refuseAllBut(Collection<String> known) {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        problem(shown(key), unknown(key, known));
      }
    }
  }

  Optional<Duration> duration(String key) {
    return read(key, Section::duration);
  }

  static Duration duration(Object value) {
    if (value instanceof Duration duration) {
      return DelayWindow.checked(duration, "this");
    }
    if (value instanceof Number number) {
      throw new IllegalArgumentException(
          "`%s` has no unit: write `%ss` for seconds".formatted(number, number));
    }
    return DelayWindow.checked(DurationText.parse(text(value)), "this");
  }

  OptionalInt integer(String key) {
    return read(key, Section::integer).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  static Integer integer(Object value) {
    try {
      return new BigDecimal(text(value).strip()).intValueExact();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("`" + shown(value) + "` is no whole number");
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("`" + shown(value) + "` is no whole number, or too great");
    }
  }

  OptionalDouble decimal(String key) {
    return read(key, Section::decimal).map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  private static Double decimal(Object value) {
    try {
      return Double.valueOf(text(value).strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("`" + shown(value) + "` is no number");
    }
  }

  Optional<String> text(String key) {
    return read(key, Section::text);
  }

  static String text(Object value) {
    if (value instanceof CharSequence || value instanceof Number) {
      return value.toString();
    }
    throw new IllegalArgumentException("this must be a text or a number, not " + shown(value));
  }

  /** The word that is written at the key, one of these. */
  <W extends Word> Optional<W> word(String key, W[] words) {
    return read(key, value -> named(text(value), words));
  }

  private static <W extends Word> W named(String written, W[] words) {
    for (W word : words) {
      if (word.word().equals(written)) {
        return word;
      }
    }
    throw new IllegalArgumentException(
        unknown(written, Arrays.stream(words).map(Word::word).toList()));
  }

  /**
   * What is written at the key, as a list; a single value is a list of one.
   *
   * @param read makes an entry of a value, or refuses it with a message
   */
  <T> List<T> list(String key, int most, Function<Object, T> read) {
    Object value = values.get(key);
    boolean isList = value instanceof Collection;
    Collection<?> entries = entries(key, most);
    if (value instanceof Collection<?> all && all.isEmpty()) {
      problem(key, "this list is empty");
    }
    List<T> results = new ArrayList<>(entries.size());
    int index = 0;
    for (Object entry : entries) {
      String where = path(key) + (isList ? "[" + index + "]" : "");
      attempt(where, entry, read).ifPresent(results::add);
      index++;
    }
    return results;
  }

  /**
   * The maps of the list that is written at the key, each with its path; empty in the place of an
   * entry that is no map.
   */
  List<Optional<Section>> sections(String key, int most) {
    if (has(key) && !(values.get(key) instanceof Collection)) {
      problem(key, "this must be a list");
      return List.of();
    }
    List<Optional<Section>> sections = new ArrayList<>();
    for (Object entry : entries(key, most)) {
      String where = path(key) + "[" + sections.size() + "]";
      sections.add(attempt(where, entry, Section::map).map(m -> new Section(m, where, draft)));
    }
    return sections;
  }

  private Collection<?> entries(String key, int most) {
    Object value = values.get(key);
    if (value == null) {
      return List.of();
    }
    Collection<?> entries = value instanceof Collection<?> list ? list : List.of(value);
    if (entries.size() > most) {
      problem(key, "this has %d entries: at most %d".formatted(entries.size(), most));
      return List.of();
    }
    return entries;
  }

  private static Map<?, ?> map(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException("this must be a map like { status: 409, then: deadLetter }");
  }

  /** What is made of several keys, or empty with a problem at this one if it is refused. */
  <T> Optional<T> made(String key, Supplier<T> make) {
    return attempt(path(key), "", value -> make.get());
  }

  private <T> Optional<T> read(String key, Function<Object, T> read) {
    Object value = values.get(key);
    return value == null ? Optional.empty() : attempt(path(key), value, read);
  }

  private <T> Optional<T> attempt(String where, @Nullable Object value, Function<Object, T> read) {
    try {
      if (value == null) {
        throw new IllegalArgumentException("this entry is empty");
      }
      return Optional.of(read.apply(value));
    } catch (IllegalArgumentException e) {
      draft.problem(where, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static String unknown(String written, Collection<String> known) {
    String all = known.stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
    return NearestWord.to(written, known)
        .map(near -> "`%s` is not known here; did you mean `%s`?".formatted(shown(written), near))
        .orElse("`%s` is not known here; known are %s".formatted(shown(written), all));
  }

  private static String shown(Object value) {
    String text = String.valueOf(value);
    return text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "..." : text;
  }
}
