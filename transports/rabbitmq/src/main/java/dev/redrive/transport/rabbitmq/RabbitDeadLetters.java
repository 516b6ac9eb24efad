// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** The dead letters of a queue, each call a {@link DeadReading}. Thread-safe. */
final class RabbitDeadLetters implements DeadLetters {
  private static final int PAGE_MAX = 1_000;
  private static final int MOVE_MAX = 10_000;
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,19}-[0-9]{10}-[0-9a-f]{1,16}");
  private static final String BEFORE_ALL = "";

  private final RabbitQueue queue;
  private final Desk desk;
  private final Letters letters;

  RabbitDeadLetters(RabbitQueue queue, Desk desk) {
    this.queue = queue;
    this.desk = desk;
    this.letters = queue.letters();
  }

  /** What is done with a reading. */
  private interface Use<T> {
    T of(DeadReading reading) throws IOException;
  }

  private <T> CompletionStage<T> reading(Use<T> use) {
    return desk.read(
        queue,
        link -> {
          try (DeadReading reading =
              DeadReading.open(link.consuming(), queue.reading(), queue.environment())) {
            return use.of(reading);
          }
        });
  }

  @Override
  public CompletionStage<Long> count(DeadLetterFilter filter) {
    return reading(
        reading -> {
          long[] count = {0};
          reading.readAll(
              queue.dead(),
              (tag, properties, body) -> {
                if (filter.matches(letters.read(properties, body).letter())) {
                  count[0]++;
                }
              });
          return count[0];
        });
  }

  @Override
  public CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit) {
    check("limit", limit, PAGE_MAX);
    String after = cursor.map(RabbitDeadLetters::number).orElse(BEFORE_ALL);
    return reading(
        reading -> {
          Selection selection = select(reading, filter, after, limit + 1, true);
          List<DeadLetter> found = selection.letters();
          return found.size() <= limit
              ? new DeadLetterPage(found, Optional.empty())
              : new DeadLetterPage(
                  found.subList(0, limit), Optional.of(selection.numbers().get(limit - 1)));
        });
  }

  private static String number(String cursor) {
    if (!NUMBER.matcher(cursor).matches()) {
      throw new IllegalArgumentException(
          "'" + cursor + "' is no cursor; take the one of the page before");
    }
    return cursor;
  }

  private static void check(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " must be 1 to " + max + ", not " + value);
    }
  }

  @Override
  public CompletionStage<Optional<DeadLetter>> find(String id) {
    DeadLetterFilter filter = DeadLetterFilter.ids(Set.of(id));
    return reading(
        reading -> select(reading, filter, BEFORE_ALL, 1, true).letters().stream().findFirst());
  }

  @Override
  public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
    check("max", max, MOVE_MAX);
    return reading(
        reading -> {
          Collection<Long> tags = select(reading, filter, BEFORE_ALL, max, false).tags();
          reading.replay(tags);
          return tags.size();
        });
  }

  @Override
  public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
    check("max", max, MOVE_MAX);
    return reading(
        reading -> {
          Collection<Long> tags = select(reading, filter, BEFORE_ALL, max, false).tags();
          reading.purge(tags);
          queue.purged(tags.size());
          return tags.size();
        });
  }

  private Selection select(
      DeadReading reading, DeadLetterFilter filter, String after, int max, boolean withLetters)
      throws IOException {
    Selection selection = new Selection(max);
    reading.readAll(
        queue.dead(),
        (tag, properties, body) -> {
          Letters.Numbered numbered = letters.read(properties, body);
          if (numbered.number().compareTo(after) > 0 && filter.matches(numbered.letter())) {
            selection.offer(tag, numbered, withLetters);
          }
        });
    return selection;
  }

  /** The oldest letters, so many at most: a queue of any length is read in bounded memory. */
  private static final class Selection {
    private final int max;
    private final TreeMap<String, Picked> picked = new TreeMap<>();

    private record Picked(long tag, Optional<DeadLetter> letter) {}

    Selection(int max) {
      this.max = max;
    }

    void offer(long tag, Letters.Numbered numbered, boolean withLetter) {
      // Two letters may have one number if something else than Redrive made them.
      String key = numbered.number() + "/" + tag;
      if (picked.size() == max && key.compareTo(picked.lastKey()) > 0) {
        return;
      }
      picked.put(
          key, new Picked(tag, withLetter ? Optional.of(numbered.letter()) : Optional.empty()));
      if (picked.size() > max) {
        picked.pollLastEntry();
      }
    }

    List<DeadLetter> letters() {
      return picked.values().stream().map(Picked::letter).flatMap(Optional::stream).toList();
    }

    List<String> numbers() {
      return picked.keySet().stream().map(key -> key.substring(0, key.indexOf('/'))).toList();
    }

    List<Long> tags() {
      return picked.values().stream().map(Picked::tag).toList();
    }
  }
}
